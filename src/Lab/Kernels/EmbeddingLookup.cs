using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>Rows of a table by index: table [vocabulary, width], ids [rows] of int64, result [rows, width].</summary>
internal static class EmbeddingLookup
{
    internal static Tensor Apply(Compute compute, Tensor table, Tensor ids) =>
        compute.Fused ? Function.apply(table, ids) : table.index_select(0, ids);

    private sealed unsafe class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "EmbeddingLookup";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (table, ids) = ((Tensor)vars[0], (Tensor)vars[1]);
            var (vocabulary, width) = ((int)table.shape[0], (int)table.shape[1]);
            var rows = ids.Longs();
            var y = empty([rows.Length, width], dtype: ScalarType.Float32);
            var source = table.Floats();
            var target = y.Floats();
            for (var row = 0; row < rows.Length; row++)
            {
                if ((ulong)rows[row] >= (ulong)vocabulary) throw new ArgumentException($"token {rows[row]} is not in a vocabulary of {vocabulary}");
                source.Slice((int)rows[row] * width, width).CopyTo(target.Slice(row * width, width));
            }

            ctx.save_data("vocabulary", vocabulary);
            ctx.save_for_backward([ids]);
            return y;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var rows = ctx.get_saved_variables()[0].Longs();
            var dy = grad_output.contiguous();
            var width = (int)dy.shape[1];
            var dTable = zeros([(int)ctx.get_data("vocabulary")!, width], dtype: ScalarType.Float32);
            float* source = dy.Pointer(), target = dTable.Pointer();
            for (var row = 0; row < rows.Length; row++) Simd.AddScaled(target + rows[row] * width, source + (long)row * width, width, 1);
            return [dTable, null!];
        }
    }
}
