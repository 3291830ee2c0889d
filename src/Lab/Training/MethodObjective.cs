using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Lab.Training;

/// <summary>A method's objective: which loss, with which numbers.</summary>
internal sealed record MethodObjective(string Objective, double Temperature)
{
    internal static MethodObjective CrossEntropy { get; } = new("cross-entropy", 1);

    internal static MethodObjective Of(MethodSpec method) => new(method.Objective, method.Temperature);

    /// <summary>The summed loss of a batch's rows, in nats, as a tensor of one element.</summary>
    internal Tensor Sum(Compute compute, Tensor logits, TrainingBatch batch) => Objective switch
    {
        "cross-entropy" => Objectives.CrossEntropy.Sum(compute, logits, batch.Rows, batch.Targets),
        "forward-kl" => ForwardKl.SumTopK(
            compute, logits, batch.Rows,
            batch.TopKTokens ?? throw new LabException("forward-kl needs a signal with probabilities"), batch.TopKProbabilities!, Temperature),
        _ => throw new LabException($"there is no objective '{Objective}'"),
    };
}
