using Bench.Protocol.Shapes;
using Bench.Protocol.Units;

namespace Bench.Protocol.Costs;

/// <summary>FLOPs of training as others count them, to be compared with <see cref="ModelFlops"/>.</summary>
public static class OtherCounts
{
    /// <summary>6·N·D (Kaplan et al. 2020, section 2.1) with all parameters, embeddings among them.</summary>
    /// <param name="parameters">N.</param>
    /// <param name="tokens">D, all that were processed.</param>
    public static Flops SixNd(double parameters, double tokens) => new(6 * parameters * tokens);

    /// <summary>
    /// total_flos of Hugging Face's Trainer: 6·N·D without the input embeddings; a head of its own is among N, a tied
    /// one is not (transformers, PreTrainedModel.floating_point_ops). Attention over the context is not counted.
    /// </summary>
    /// <param name="shape">The model's, whose vocabulary may be 0.</param>
    /// <param name="parameters">Its parameters, all of them.</param>
    /// <param name="tokens">All that were processed.</param>
    /// <returns>Null for a perceptron.</returns>
    public static Flops? TotalFlos(ModelShape shape, double parameters, double tokens)
    {
        if (shape.Hidden is not null)
            return null;
        double within = (shape with { Vocabulary = 0 }).Parameters;
        return SixNd(shape.TiedHead ? within : (parameters + within) / 2, tokens);
    }
}
