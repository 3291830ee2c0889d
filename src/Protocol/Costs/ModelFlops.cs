using Bench.Protocol.Shapes;
using Bench.Protocol.Units;

namespace Bench.Protocol.Costs;

/// <summary>
/// FLOPs of a model counted from its shapes: every linear layer, attention scores and values over the causal half (the
/// diagonal included), and the output head. Looking up an embedding is 0; norms, rotary turns and activations are left
/// out, as is usual.
/// </summary>
public static class ModelFlops
{
    /// <summary>FLOPs of one token in all matrix products with weights.</summary>
    public static double LinearPerToken(ModelShape shape)
    {
        double attention =
            (double)shape.Width * shape.ProjectionRows + (double)shape.Heads * shape.HeadWidth * shape.Width;
        return 2
            * (
                shape.Layers * (attention + 3.0 * shape.Width * shape.FeedForward)
                + (double)shape.Width * shape.Vocabulary
            );
    }

    /// <summary>
    /// A forward pass over one sequence: token t attends to t + 1 positions, scores and values cost 2 each per head and
    /// channel.
    /// </summary>
    public static Flops Forward(ModelShape shape, int tokens) => Continuation(shape, 0, tokens);

    /// <summary>
    /// A forward pass over <paramref name="tokens"/> tokens that come after <paramref name="cached"/> tokens in the
    /// key-value cache.
    /// </summary>
    public static Flops Continuation(ModelShape shape, int cached, int tokens)
    {
        if (shape.Hidden is not null)
            return new Flops(2.0 * tokens * shape.Connections.Sum(layer => (double)layer.From * layer.To));
        var attended = (double)tokens * cached + tokens * (tokens + 1.0) / 2;
        return new Flops(
            tokens * LinearPerToken(shape) + shape.Layers * 4.0 * shape.Heads * shape.HeadWidth * attended
        );
    }

    /// <summary>Forward and backward: three times forward (Kaplan et al. 2020, section 2.1).</summary>
    public static Flops Training(ModelShape shape, int tokens) => 3 * Forward(shape, tokens);
}
