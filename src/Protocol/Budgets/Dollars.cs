using Bench.Protocol.Costs;
using Bench.Protocol.Reading;
using Bench.Protocol.Units;

namespace Bench.Protocol.Budgets;

/// <summary>Dollars by the price table, from FLOPs.</summary>
[Named("usd", "dollars by the price table, from FLOPs")]
public sealed record Dollars(double Amount) : Budget(Amount)
{
    /// <inheritdoc/>
    public override string Label => "USD";

    /// <inheritdoc/>
    public override bool CountsTeacher => true;

    /// <inheritdoc/>
    public override double? Of(StepCost step, Accelerator prices) => prices.Cost(step.Student + step.Teacher).Value;

    /// <inheritdoc/>
    public override Inputs Settings(int epochs, Accelerator prices) => new() { { "prices", prices.Inputs } };

    /// <inheritdoc/>
    public override double Examples(ExampleCosts costs) =>
        costs.Until(
            Amount,
            costs.Prices.Cost(new Flops(costs.Student + costs.Live)).Value,
            costs.Prices.Cost(new Flops(costs.Ahead)).Value
        );
}
