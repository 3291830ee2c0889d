using Bench.Protocol.Costs;

namespace Bench.Lab.Training;

/// <summary>Where the training loop's steps come from.</summary>
internal interface ICurriculum
{
    /// <summary>The most that the next step can take.</summary>
    StepCost NextAtMost { get; }

    /// <summary>The distinct prepared examples that were used.</summary>
    IReadOnlySet<int> Used { get; }

    /// <summary>Takes the next step's batch.</summary>
    TrainingStep Next();
}
