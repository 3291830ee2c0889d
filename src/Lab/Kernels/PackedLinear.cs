using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>
/// y = x Wᵀ + b where W [outputs, inputs] stays the same, as in writing and reading: it is copied once into panels, or
/// stays where it is, and torch multiplies.
/// </summary>
internal sealed unsafe class PackedLinear : IDisposable
{
    private readonly Tensor weight;
    private readonly float[]? bias;
    private readonly Panels? panels;
    private readonly int inputs;
    private readonly int outputs;

    /// <param name="weight">W.</param>
    /// <param name="bias">b; null for none.</param>
    /// <param name="pack">Whether W is copied.</param>
    internal PackedLinear(Tensor weight, Tensor? bias, bool pack = true)
    {
        (this.weight, this.bias) = (weight, bias?.ToArray());
        (outputs, inputs) = ((int)weight.shape[0], (int)weight.shape[1]);
        if (pack)
            panels = new Panels(inputs, outputs).FromTransposed(weight.Pointer());
    }

    /// <summary>y = x Wᵀ + b, or y += x Wᵀ + b, for the first rows of x.</summary>
    internal void Apply(NativeRows x, int rows, NativeRows y, bool add = false)
    {
        if (panels is null)
            ByTorch(x, rows, y, add);
        else
            panels.Multiply(x[0], x.Stride, 1, rows, inputs, y[0], y.Stride, add, room: true);
        if (bias is null)
            return;
        fixed (float* b = bias)
            for (var row = 0; row < rows; row++)
                Simd.AddScaled(y[row], b, outputs, 1);
    }

    public void Dispose() => panels?.Dispose();

    private void ByTorch(NativeRows x, int rows, NativeRows y, bool add)
    {
        using var scope = NewDisposeScope();
        var input = empty([rows, inputs], dtype: ScalarType.Float32);
        for (var row = 0; row < rows; row++)
            new Span<float>(x[row], inputs).CopyTo(input.Floats().Slice(row * inputs, inputs));
        var result = nn.functional.linear(input, weight).Pointer();
        for (var row = 0; row < rows; row++, result += outputs)
        {
            if (add)
                Simd.AddScaled(y[row], result, outputs, 1);
            else
                new Span<float>(result, outputs).CopyTo(new Span<float>(y[row], outputs));
        }
    }
}
