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
    public override double? Of(StepCost step, Accelerator prices) =>
        Of(prices, step.Student, new Flops(step.Teacher.Value - step.Written.Value), step.Written);

    /// <inheritdoc/>
    public override Inputs Settings(int epochs, Accelerator prices) => new() { { "prices", prices.Inputs } };

    /// <inheritdoc/>
    public override double Examples(ExampleCosts costs) =>
        costs.Until(
            Amount,
            Of(costs.Prices, new Flops(costs.Student), new Flops(costs.Live), Flops.Zero),
            Of(costs.Prices, Flops.Zero, new Flops(costs.Read), new Flops(costs.Written))
        );

    private static double Of(Accelerator prices, Flops trained, Flops read, Flops written) =>
        prices.Cost(trained + prices.AsTraining(read, Work.Reading) + prices.AsTraining(written, Work.Writing)).Value;
}
