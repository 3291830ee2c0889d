using Bench.Protocol.Costs;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Budgets;

/// <summary>Student tokens that carry loss.</summary>
[Named("tokens", "student tokens that carry loss")]
public sealed record Tokens(double Amount) : Budget(Amount)
{
    /// <inheritdoc/>
    public override bool CountsTokens => true;

    /// <inheritdoc/>
    public override bool IsCounted => true;

    /// <inheritdoc/>
    public override double? Of(StepCost step, Accelerator prices) => step.LossTokens;

    /// <inheritdoc/>
    public override double Examples(ExampleCosts costs) => Amount / costs.LossTokens;
}
