using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>The known part of the teacher's distribution at each of n positions.</summary>
public abstract record TeacherDistribution
{
    private protected TeacherDistribution() { }

    /// <summary>All of it, as logits [n, vocabulary].</summary>
    public sealed record Dense(Tensor Logits) : TeacherDistribution;

    /// <summary>
    /// The k most likely tokens, [n, k] of int64, most likely first, and their probabilities [n, k] at the objective's
    /// temperature. All other tokens are one further outcome that has the rest of the mass. Lumping outcomes never
    /// raises an f-divergence (data processing), so what is computed on it is a lower bound of the dense divergence,
    /// and equal to it where k is the vocabulary.
    /// </summary>
    public sealed record TopK(Tensor Tokens, Tensor Probabilities) : TeacherDistribution;

    /// <summary>
    /// k draws, [n, k] of int64, with importance weights [n, k] at the objective's temperature: the sum of w · f(token)
    /// is an unbiased estimate of the teacher's mean of f (Anshumann et al. 2025, arXiv 2503.16870, section 3). A token
    /// may be drawn twice.
    /// </summary>
    public sealed record Sampled(Tensor Tokens, Tensor Weights) : TeacherDistribution;
}
