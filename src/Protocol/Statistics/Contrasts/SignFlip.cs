namespace Bench.Protocol.Statistics.Contrasts;

/// <summary>
/// The exact sign-flip test over seeds: were two methods alike, each seed's difference would as likely have the other
/// sign (Fisher 1935, section 21). The least p of S seeds is 2^(1 − S).
/// </summary>
/// <param name="Extreme">Sign patterns whose sum is at least as far from 0 as the observed one.</param>
/// <param name="Flips">All sign patterns, 2^S.</param>
public sealed record SignFlip(long Extreme, long Flips)
{
    /// <summary>The most seeds whose patterns are counted: 2^20 sums for each half of them.</summary>
    public const int MostSeeds = 40;

    /// <summary>The p of no difference.</summary>
    public double P => (double)Extreme / Flips;

    /// <summary>Counts the patterns of the seeds' differences.</summary>
    /// <param name="differences"> Taken as decimals of 15 digits, so that sums that tie by hand tie here: 0.1 + 0.2 is
    /// 0.3. </param>
    /// <exception cref="ArgumentException">There are none, or more than can be counted.</exception>
    public static SignFlip Of(IReadOnlyList<double> differences)
    {
        if (differences.Count is 0 or > MostSeeds)
            throw new ArgumentException($"1 to {MostSeeds} seeds", nameof(differences));
        var exact = Decimals(differences);
        var observed = Math.Abs(exact.Sum());
        var half = exact.Length / 2;
        // Each pattern is one of the left half beside one of the right: both are listed, and pairs are counted.
        var (left, right) = (Sums(exact[..half]), Sums(exact[half..]));
        Array.Sort(right);
        var extreme = left.Sum(sum =>
            observed == 0
                ? right.Length
                : right.Length
                    - Below(right, observed - sum, orEqual: false)
                    + Below(right, -observed - sum, orEqual: true)
        );
        return new SignFlip(extreme, 1L << exact.Length);
    }

    private static decimal[] Decimals(IReadOnlyList<double> values)
    {
        // A decimal has 28 digits behind its point: numbers are brought near 1 by a power of ten.
        var most = values.Max(Math.Abs);
        var scale = most == 0 ? 1 : Math.Pow(10, -Math.Floor(Math.Log10(most)));
        return [.. values.Select(value => (decimal)(scale is > 1e-12 and < 1e12 ? value : value * scale))];
    }

    private static decimal[] Sums(decimal[] values)
    {
        var sums = new decimal[1 << values.Length];
        for (var signs = 0; signs < sums.Length; signs++)
        {
            for (var i = 0; i < values.Length; i++)
                sums[signs] += (signs >> i & 1) == 0 ? values[i] : -values[i];
        }

        return sums;
    }

    // How many of sorted numbers lie below a bound.
    private static long Below(decimal[] sorted, decimal bound, bool orEqual)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < bound || (orEqual && sorted[middle] == bound))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
