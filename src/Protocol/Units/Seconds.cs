namespace Bench.Protocol.Units;

/// <summary>Wall-clock time in seconds.</summary>
public readonly record struct Seconds(double Value)
{
    public static Seconds operator +(Seconds a, Seconds b) => new(a.Value + b.Value);

    public static Seconds operator *(double factor, Seconds a) => new(factor * a.Value);
}
