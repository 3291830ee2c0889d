using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>y = x Wᵀ + b, added to a residual stream where there is one. x is [rows, inputs], W [outputs, inputs], b [outputs], the residual and y [rows, outputs].</summary>
internal static class Linear
{
    internal static Tensor Apply(Compute compute, Tensor x, Tensor weight, Tensor? bias = null, Tensor? residual = null) =>
        compute.Fused ? Function.apply(x, weight, bias!, residual!) : Composite(x, weight, bias, residual);

    internal static Tensor Composite(Tensor x, Tensor weight, Tensor? bias, Tensor? residual)
    {
        var y = nn.functional.linear(x, weight, bias);
        return residual is null ? y : residual + y;
    }

    private sealed unsafe class Function : autograd.SingleTensorFunction<Function>
    {
        /// <summary>Rows whose products are summed into the gradient of the weights at a time: a panel of them stays in the first cache.</summary>
        private const int Block = 256;

        public override string Name => "Linear";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, weight, bias, residual) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor?)vars[2], (Tensor?)vars[3]);
            var (rows, inputs, outputs) = ((int)x.shape[0], (int)x.shape[1], (int)weight.shape[0]);
            var y = empty([rows, outputs], dtype: ScalarType.Float32);
            if (residual is not null) Buffer.MemoryCopy(residual.Pointer(), y.Pointer(), sizeof(float) * (long)rows * outputs, sizeof(float) * (long)rows * outputs);
            using (var panels = new Panels(inputs, outputs).FromTransposed(weight.Pointer()))
                panels.Multiply(x.Pointer(), inputs, 1, rows, inputs, y.Pointer(), outputs, add: residual is not null);
            if (bias is not null)
                for (long row = 0; row < rows; row++) Simd.AddScaled(y.Pointer() + row * outputs, bias.Pointer(), outputs, 1);
            ctx.save_data("parts", (bias is not null, residual is not null));
            ctx.save_for_backward([x, weight]);
            return y;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var ((biased, added), saved) = (((bool, bool))ctx.get_data("parts")!, ctx.get_saved_variables());
            var (x, weight, dy) = (saved[0], saved[1], grad_output.contiguous());
            var (rows, inputs, outputs) = ((int)x.shape[0], (int)x.shape[1], (int)weight.shape[0]);
            var (dx, dw) = (empty(x.shape, dtype: ScalarType.Float32), rows > 0 ? empty(weight.shape, dtype: ScalarType.Float32) : zeros(weight.shape, dtype: ScalarType.Float32));
            using (var panels = new Panels(outputs, inputs).From(weight.Pointer(), outputs))
                panels.Multiply(dy.Pointer(), outputs, 1, rows, outputs, dx.Pointer(), inputs, add: false);
            using (var panels = new Panels(Block, inputs))
            {
                for (var from = 0; from < rows; from += Block)
                {
                    var count = Math.Min(Block, rows - from);
                    panels.From(x.Pointer() + (long)from * inputs, count).Multiply(dy.Pointer() + (long)from * outputs, 1, outputs, outputs, count, dw.Pointer(), inputs, add: from > 0);
                }
            }

            Tensor? db = null;
            if (biased)
            {
                db = zeros([outputs], dtype: ScalarType.Float32);
                for (long row = 0; row < rows; row++) Simd.AddScaled(db.Pointer(), dy.Pointer() + row * outputs, outputs, 1);
            }

            return [dx, dw, db!, added ? dy : null!];
        }
    }
}
