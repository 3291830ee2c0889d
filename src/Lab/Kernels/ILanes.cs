namespace Bench.Lab.Kernels;

/// <summary>
/// A vector of float32, of the width that the processor has. Kernels are written once over it; the compiler makes a
/// version for each width, in which it is a register.
/// </summary>
internal unsafe interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Elements of a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Whether there are 32 vector registers, so that a tile of sixteen sums fits; else 16.</summary>
    static abstract bool ManyRegisters { get; }

    static abstract TSelf Load(float* source);

    static abstract TSelf Of(float value);

    void Store(float* target);

    /// <summary>The sum of the elements.</summary>
    float Sum();

    /// <summary>a · b + c, rounded once where the processor can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Max(TSelf a, TSelf b);

    static abstract TSelf Min(TSelf a, TSelf b);

    static abstract TSelf Sqrt(TSelf a);

    /// <summary>value · 2ⁿ, where the whole number n stands in the low bits of <paramref name="power"/>.</summary>
    static abstract TSelf Scale(TSelf value, TSelf power);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);
}
