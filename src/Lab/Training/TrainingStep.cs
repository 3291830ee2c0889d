using static TorchSharp.torch;

namespace Bench.Lab.Training;

/// <summary>One step's material.</summary>
/// <param name="Cost">What it takes, with what was spent to make it.</param>
/// <param name="Losses">The summed loss of each part of the batch; parts are computed one after the other to save memory.</param>
internal sealed record TrainingStep(StepCost Cost, IReadOnlyList<Func<Tensor>> Losses);
