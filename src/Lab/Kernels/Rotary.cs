using System.Runtime.Intrinsics;
using Bench.Lab.Tensors;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>
/// Rotary position embedding (Su et al. 2021, equation 34): channel i turns together with channel i + half of a head by
/// position · base^(−2i/width). Cosines and sines are kept for every position up to the longest sequence, [position,
/// half].
/// </summary>
internal sealed class Rotary
{
    private readonly double[] frequencies;

    internal Rotary(ModelShape shape)
    {
        Half = shape.HeadWidth / 2;
        frequencies =
        [
            .. Enumerable
                .Range(0, Half)
                .Select(i => Math.Pow(shape.RotaryBase, -2.0 * i / shape.HeadWidth))
                .Select(frequency => shape.RotaryScaling?.Apply(frequency) ?? frequency),
        ];
    }

    internal int Half { get; }

    /// <summary>
    /// By how much each pair of channels turns from one position to the next, scaled as the model asks.
    /// </summary>
    internal IReadOnlyList<double> Frequencies => frequencies;

    internal float[] Cosines { get; private set; } = [];

    internal float[] Sines { get; private set; } = [];

    /// <summary>Makes the tables reach a length.</summary>
    internal void Reach(int positions)
    {
        if (Cosines.Length >= positions * Half)
            return;
        positions = Math.Max(positions, 2 * Cosines.Length / Half);
        (Cosines, Sines) = (new float[positions * Half], new float[positions * Half]);
        for (var position = 0; position < positions; position++)
        {
            for (var i = 0; i < Half; i++)
            {
                // As the float32 product of float32 numbers, which is what the reference implementations turn by.
                var angle = (float)position * (float)frequencies[i];
                (Cosines[position * Half + i], Sines[position * Half + i]) = (MathF.Cos(angle), MathF.Sin(angle));
            }
        }
    }

    /// <summary>Turns a head's channels by their cosines and sines, [half].</summary>
    internal static unsafe void Turn(float* row, float* cos, float* sin, int half, float* turned)
    {
        var i = 0;
        for (; i <= half - Vector128<float>.Count; i += Vector128<float>.Count)
        {
            var (first, second, c, s) = (
                Vector128.Load(row + i),
                Vector128.Load(row + half + i),
                Vector128.Load(cos + i),
                Vector128.Load(sin + i)
            );
            (first * c - second * s).Store(turned + i);
            (second * c + first * s).Store(turned + half + i);
        }

        for (; i < half; i++)
            (turned[i], turned[half + i]) = (
                row[i] * cos[i] - row[half + i] * sin[i],
                row[half + i] * cos[i] + row[i] * sin[i]
            );
    }

    /// <summary>
    /// Turns x [batch, heads, time, width] whose first position is start, with torch's own operations.
    /// </summary>
    internal Tensor Composite(Tensor x, int start)
    {
        var time = (int)x.shape[2];
        Reach(start + time);
        var cos = TensorData.Of(Cosines.AsSpan(start * Half, time * Half), time, Half).to(x.device).to(x.dtype);
        var sin = TensorData.Of(Sines.AsSpan(start * Half, time * Half), time, Half).to(x.device).to(x.dtype);
        var (first, second) = (x.narrow(3, 0, Half), x.narrow(3, Half, Half));
        return cat([first * cos - second * sin, second * cos + first * sin], 3);
    }
}
