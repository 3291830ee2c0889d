using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Examples as tensors, padded to one length. Rows are the positions that carry loss; nothing else in a batch does.
/// </summary>
internal sealed record TrainingBatch
{
    /// <summary>[batch, time] of int64: each sequence without its last token, padded with token 0.</summary>
    internal required Tensor Ids { get; init; }

    /// <summary>[n] of int64 into the flattened positions: those that predict a response token.</summary>
    internal required Tensor Rows { get; init; }

    /// <summary>[n] of int64: the response tokens.</summary>
    internal required Tensor Targets { get; init; }

    /// <summary>[n]: weights of the rows; null for all 1.</summary>
    internal Tensor? Weights { get; init; }

    /// <summary>The teacher's distribution at the rows.</summary>
    internal TeacherDistribution? Teacher { get; init; }

    /// <summary>
    /// The rows that have a counterpart in the teacher's response, where its tokens are not the student's.
    /// </summary>
    internal Tensor? Paired { get; init; }

    /// <summary>[batch · time, channels]: the teacher's activations, 0 at padding.</summary>
    internal Tensor? States { get; init; }

    /// <summary>Response tokens of each sequence, in the order of the rows.</summary>
    internal required IReadOnlyList<int> Lengths { get; init; }
}
