namespace Bench.Protocol.Units;

/// <summary>Energy in joules.</summary>
public readonly record struct Joules(double Value)
{
    public static Joules operator +(Joules a, Joules b) => new(a.Value + b.Value);
}
