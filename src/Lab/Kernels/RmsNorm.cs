using System.Runtime.Intrinsics;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>y = x / √(mean(x²) + ε) · w over the last dimension (Zhang and Sennrich 2019, equation 4). x is [rows, width], w is [width].</summary>
internal static class RmsNorm
{
    internal static Tensor Apply(Compute compute, Tensor x, Tensor weight, double epsilon) =>
        compute.Fused ? Function.apply(x, weight, (float)epsilon) : Composite(x, weight, epsilon);

    internal static Tensor Composite(Tensor x, Tensor weight, double epsilon)
    {
        // The mean of squares is taken in float32 whatever the precision.
        var wide = x.to(ScalarType.Float32);
        return (wide * (wide.square().mean([-1L], true) + epsilon).rsqrt()).to(x.dtype) * weight;
    }

    /// <summary>One row, and the scale that it was multiplied with.</summary>
    internal static unsafe float Row(float* x, float* weight, float* y, int width, float epsilon)
    {
        var scale = 1 / MathF.Sqrt(Simd.Dot(x, x, width) / width + epsilon);
        var (vector, i) = (Vector512.Create(scale), 0);
        for (; i <= width - Simd.Width; i += Simd.Width) (Vector512.Load(x + i) * vector * Vector512.Load(weight + i)).Store(y + i);
        for (; i < width; i++) y[i] = x[i] * scale * weight[i];
        return scale;
    }

    private sealed unsafe class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "RmsNorm";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, weight, epsilon) = ((Tensor)vars[0], (Tensor)vars[1], (float)vars[2]);
            var (rows, width) = ((int)x.shape[0], (int)x.shape[1]);
            var (y, scales) = (empty(x.shape, dtype: ScalarType.Float32), empty([rows], dtype: ScalarType.Float32));
            float* px = x.Pointer(), pw = weight.Pointer(), py = y.Pointer(), ps = scales.Pointer();
            for (var row = 0; row < rows; row++, px += width, py += width) ps[row] = Row(px, pw, py, width, epsilon);
            ctx.save_for_backward([x, weight, scales]);
            return y;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var (x, weight, scales) = (saved[0], saved[1], saved[2]);
            var (rows, width) = ((int)x.shape[0], (int)x.shape[1]);
            var dy = grad_output.contiguous();
            var (dx, dw) = (empty(x.shape, dtype: ScalarType.Float32), zeros([width], dtype: ScalarType.Float32));
            float* px = x.Pointer(), pw = weight.Pointer(), ps = scales.Pointer(), pdy = dy.Pointer(), pdx = dx.Pointer(), pdw = dw.Pointer();
            for (var row = 0; row < rows; row++, px += width, pdy += width, pdx += width)
            {
                var scale = ps[row];
                var (vector, sum, i) = (Vector512.Create(scale), Vector512<float>.Zero, 0);
                float rest = 0;
                for (; i <= width - Simd.Width; i += Simd.Width)
                {
                    var product = Vector512.Load(pdy + i) * Vector512.Load(px + i);
                    sum = Vector512.FusedMultiplyAdd(product, Vector512.Load(pw + i), sum);
                    Vector512.FusedMultiplyAdd(product, vector, Vector512.Load(pdw + i)).Store(pdw + i);
                }

                for (; i < width; i++)
                {
                    var product = pdy[i] * px[i];
                    rest += product * pw[i];
                    pdw[i] += product * scale;
                }

                var pull = (Vector512.Sum(sum) + rest) * scale * scale * scale / width;
                var pulls = Vector512.Create(-pull);
                for (i = 0; i <= width - Simd.Width; i += Simd.Width)
                    Vector512.FusedMultiplyAdd(Vector512.Load(px + i), pulls, Vector512.Load(pdy + i) * Vector512.Load(pw + i) * vector).Store(pdx + i);
                for (; i < width; i++) pdx[i] = pdy[i] * pw[i] * scale - px[i] * pull;
            }

            return [dx, dw, null!];
        }
    }
}
