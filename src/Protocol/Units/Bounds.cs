namespace Bench.Protocol.Units;

/// <summary>A quantity that lies between two bounds, both included, neither below 0.</summary>
/// <param name="Low">The lower.</param>
/// <param name="High">The higher, at least the lower.</param>
public readonly record struct Bounds(double Low, double High)
{
    /// <summary>The higher over the lower: 1 where the quantity is known, infinite where only the higher is.</summary>
    public double Factor => Low == High ? 1 : High / Low;

    /// <summary>The geometric middle.</summary>
    public double Middle => Math.Sqrt(Low * High);

    /// <summary>A quantity that is known.</summary>
    public static Bounds Exactly(double value) => new(value, value);

    public static Bounds operator +(Bounds left, Bounds right) => new(left.Low + right.Low, left.High + right.High);

    public static Bounds operator *(Bounds left, Bounds right) => new(left.Low * right.Low, left.High * right.High);

    public static Bounds operator *(double factor, Bounds bounds) => new(factor * bounds.Low, factor * bounds.High);

    public static Bounds operator /(Bounds left, Bounds right) => new(left.Low / right.High, left.High / right.Low);

    /// <summary>The part that both share; null where there is none.</summary>
    public Bounds? Meet(Bounds other) =>
        Math.Max(Low, other.Low) is var low && Math.Min(High, other.High) is var high && low <= high
            ? new Bounds(low, high)
            : null;

    /// <summary>From the lower of both to the higher of both.</summary>
    public Bounds Hull(Bounds other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    /// <summary>Wider by a share at both ends.</summary>
    public Bounds Within(double share) => new(Low / (1 + share), High * (1 + share));

    /// <summary>In three digits; in full where it is known.</summary>
    public override string ToString() =>
        Low == High ? Figure.Shown(Low)
        : Low == 0 ? $"at most {Figure.Rounded(High)}"
        : $"{Figure.Rounded(Low)} to {Figure.Rounded(High)}";
}
