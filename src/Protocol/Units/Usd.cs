namespace Bench.Protocol.Units;

/// <summary>United States dollars.</summary>
public readonly record struct Usd(double Value)
{
    public static Usd operator +(Usd a, Usd b) => new(a.Value + b.Value);
}
