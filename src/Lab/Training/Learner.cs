using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Lab.Training;

/// <summary>
/// Takes training steps: gradients of an objective, and an optimiser over what it changes. A decoder on the CPU whose
/// loss is a function of its logits learns by hand (<see cref="DecoderGradients"/>); all else by torch's operations and
/// autograd.
/// </summary>
internal sealed class Learner : IDisposable
{
    private readonly StudentObjective objective;
    private readonly IReadOnlyList<Tensor> parameters;
    private readonly IReadOnlyList<Tensor> gradients;
    private readonly AdamW adam;
    private DecoderGradients? byHand;

    internal Learner(StudentObjective objective, Compute compute, OptimiserSpec optimiser)
    {
        (this.objective, parameters) = (objective, objective.Parameters);
        gradients =
        [
            .. parameters.Select(parameter => zeros_like(parameter, requires_grad: false).DetachFromDisposeScope()),
        ];
        adam = new AdamW(parameters, gradients, compute, optimiser);
    }

    /// <summary>
    /// Takes one step; returns the summed loss before it, and the norm of the mean loss's gradient, which must be a
    /// number for anything to change.
    /// </summary>
    internal (double Loss, double Norm) Step(TrainingStep step, double learningRate)
    {
        using var scope = NewDisposeScope();
        var (_, loss) = Gradients(step);
        return (loss, adam.Step(learningRate));
    }

    /// <summary>
    /// Gradients of the mean loss over a step's loss tokens, in the order of the parameters, valid until the next step;
    /// and the summed loss.
    /// </summary>
    internal (IReadOnlyList<Tensor> Gradients, double LossSum) Gradients(TrainingStep step)
    {
        foreach (var gradient in gradients)
            gradient.zero_();
        double loss = 0;
        foreach (var part in step.Parts)
        {
            using var scope = NewDisposeScope();
            var batch = part();
            loss += objective.LossByHand(batch) is { } gradable
                ? ByHand().Add(batch, gradable, (float)(1.0 / step.Cost.LossTokens))
                : Add(batch, step.Cost.LossTokens);
        }

        return (gradients, loss);
    }

    public void Dispose()
    {
        byHand?.Dispose();
        adam.Dispose();
        foreach (var gradient in gradients)
            gradient.Dispose();
    }

    private DecoderGradients ByHand()
    {
        if (byHand is not null)
            return byHand;
        var weights = ((Decoder)objective.Student).Parts;
        var place = Enumerable.Range(0, parameters.Count).ToDictionary(i => parameters[i].Handle);
        return byHand = DecoderGradients.Of(weights, weights.With(tensor => gradients[place[tensor.Handle]]));
    }

    private double Add(TrainingBatch batch, long lossTokens)
    {
        var loss = objective.Sum(batch);
        var parts = autograd.grad([loss * (1.0 / lossTokens)], [.. parameters]);
        for (var i = 0; i < parts.Count; i++)
            gradients[i].add_(parts[i]);
        return loss.to(CPU).item<float>();
    }
}
