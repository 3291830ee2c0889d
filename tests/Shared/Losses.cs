using Bench.Lab.Kernels;
using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Shared;

/// <summary>
/// A loss and its gradient with respect to all logits, as the product finds them: by hand at the rows that carry it, or
/// by torch.
/// </summary>
internal static class Losses
{
    internal static (double Loss, float[] Gradient) Of(bool byHand, ILogitLoss loss, Tensor logits, Tensor rows) =>
        byHand ? ByHand(loss, logits, rows.Longs().ToArray()) : ByTorch(loss.Sum, logits);

    internal static (double Loss, float[] Gradient) ByTorch(Func<Tensor, Tensor> loss, Tensor logits)
    {
        using var scope = NewDisposeScope();
        var leaf = logits.detach().clone().requires_grad_();
        var sum = loss(leaf);
        return (sum.item<float>(), autograd.grad([sum], [leaf])[0].ToArray());
    }

    private static unsafe (double Loss, float[] Gradient) ByHand(ILogitLoss loss, Tensor logits, long[] rows)
    {
        var vocabulary = (int)logits.shape[1];
        using var chosen = new NativeRows(rows.Length, vocabulary);
        using var pull = new NativeRows(rows.Length, vocabulary);
        // What lies beyond a row reaches no result.
        new Span<float>(chosen[0], rows.Length * chosen.Stride).Fill(float.NaN);
        for (var i = 0; i < rows.Length; i++)
            logits
                .detach()
                .contiguous()
                .Floats()
                .Slice((int)rows[i] * vocabulary, vocabulary)
                .CopyTo(new Span<float>(chosen[i], vocabulary));
        var sum = loss.AddGradient(chosen.First(rows.Length), pull.First(rows.Length), 0, 1);
        var gradient = new float[logits.numel()];
        for (var i = 0; i < rows.Length; i++)
            new Span<float>(pull[i], vocabulary).CopyTo(gradient.AsSpan((int)rows[i] * vocabulary));
        return (sum, gradient);
    }
}
