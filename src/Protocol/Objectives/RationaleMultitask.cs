using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Objectives;

/// <summary>Cross-entropy on each trace as two examples: one of its answer, one of its reasoning.</summary>
[Named("rationale-multitask", "learns answers and reasoning as two tasks; the student then answers at once")]
public sealed record RationaleMultitask : Objective
{
    [Key("rationale-weight", "weight of the reasoning's loss beside the answer's", Low = 0, High = 1000)]
    public double Weight { get; init; } = 1;

    /// <inheritdoc/>
    public override string Paper => "Hsieh et al. 2023, Distilling step-by-step, equations 3 and 4";

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Signals => [typeof(Responses)];

    /// <inheritdoc/>
    public override double? RationaleWeight => Weight;
}
