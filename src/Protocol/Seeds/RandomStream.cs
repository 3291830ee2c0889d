namespace Bench.Protocol.Seeds;

/// <summary>
/// A stream of pseudo-random numbers that is the same on every machine and runtime (SplitMix64: Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators", OOPSLA 2014).
/// </summary>
public sealed class RandomStream(ulong state)
{
    private ulong state = state;

    /// <summary>The next 64 bits.</summary>
    public ulong NextBits()
    {
        var z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>
    /// Uniform among the integers 0 .. bound-1 (Lemire's multiply-shift; its bias is below bound / 2^64).
    /// </summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)BigMul(NextBits(), (ulong)bound);
    }

    /// <summary>Uniform among low .. high, both included.</summary>
    public int Between(int low, int high) => low + Next(high - low + 1);

    /// <summary>A standard normal number (Box and Muller 1958).</summary>
    public double NextNormal()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>The numbers 0 .. count-1 in random order (Fisher and Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = Next(i + 1);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }

    private static ulong BigMul(ulong a, ulong b) => Math.BigMul(a, b, out _);
}
