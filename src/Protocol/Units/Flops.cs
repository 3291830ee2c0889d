namespace Bench.Protocol.Units;

/// <summary>Floating-point operations; a multiply-add counts 2.</summary>
public readonly record struct Flops(double Value)
{
    public static Flops Zero => default;

    public static Flops operator +(Flops a, Flops b) => new(a.Value + b.Value);

    public static Flops operator *(double factor, Flops a) => new(factor * a.Value);

    public static Flops operator *(Flops a, double factor) => new(factor * a.Value);
}
