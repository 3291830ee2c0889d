using Bench.Lab.Checkpoints;
using Bench.Lab.Evaluation;
using Bench.Lab.Tensors;
using Bench.Protocol.Specs;

namespace Bench.Lab.Tasks;

/// <summary>The setting of an experiment's tasks.</summary>
internal sealed record TaskSetting
{
    internal required ExperimentSpec Spec { get; init; }

    internal required CheckpointFiles Files { get; init; }

    /// <summary>The problems of tasks with gold solutions.</summary>
    internal required ProblemBank Problems { get; init; }

    internal required Compute Compute { get; init; }

    internal required TimeProvider Clock { get; init; }

    /// <summary>Makes a callback that reports a count of items as a share of a stage.</summary>
    internal required Func<string, int, Action<int>> Counting { get; init; }
}
