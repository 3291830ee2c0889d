using Bench.Protocol.Costs;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Budgets;

/// <summary>Requests to the teacher. A baseline without a teacher gets as many gold examples.</summary>
[Named("queries", "requests to the teacher; a baseline gets as many gold examples")]
public sealed record Queries(double Amount) : Budget(Amount)
{
    /// <inheritdoc/>
    public override BudgetAxis Axis => BudgetAxis.Queries;

    /// <inheritdoc/>
    public override bool IsCounted => true;

    /// <inheritdoc/>
    public override bool LimitsPool => true;

    /// <inheritdoc/>
    public override double? Of(StepCost step, Accelerator prices) => step.Queries;

    /// <inheritdoc/>
    public override double PoolOf(double pool, double queriesEach) => Math.Min(pool, Amount / queriesEach + 1e-9);

    /// <inheritdoc/>
    public override double Examples(ExampleCosts costs) =>
        // Each query of a prepared method is seen once an epoch; live, each example is a query of its own.
        costs.Live > 0
            ? Amount
            : Math.Min(Amount / costs.Queries, costs.Pool) * costs.Epochs;
}
