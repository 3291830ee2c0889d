using Bench.Protocol.Costs;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Budgets;

/// <summary>Training examples, repeats counted.</summary>
[Named("examples", "training examples, repeats counted")]
public sealed record TrainingExamples(double Amount) : Budget(Amount)
{
    /// <inheritdoc/>
    public override bool IsCounted => true;

    /// <inheritdoc/>
    public override double? Of(StepCost step, Accelerator prices) => step.Examples;

    /// <inheritdoc/>
    public override double Examples(ExampleCosts costs) => Amount;
}
