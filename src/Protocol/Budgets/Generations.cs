using Bench.Protocol.Costs;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Budgets;

/// <summary>
/// Students that taught the next: the first learns from the teacher, each later one from the one before, all from as
/// many prompts and epochs.
/// </summary>
[Named("generations", "students that each teach the next")]
public sealed record Generations(double Amount) : Budget(Amount)
{
    /// <inheritdoc/>
    public override BudgetAxis Axis => BudgetAxis.Generations;

    /// <inheritdoc/>
    public override bool IsCounted => true;

    /// <inheritdoc/>
    public override bool IsChain => true;

    /// <summary>A number of examples decides, and no step is metered.</summary>
    public override double? Of(StepCost step, Accelerator prices) =>
        throw new NotSupportedException("generations are metered in examples");

    /// <inheritdoc/>
    public override double Examples(ExampleCosts costs) => costs.Pool * costs.Epochs;
}
