using Bench.Protocol.Budgets;
using Bench.Protocol.Costs;

namespace Bench.Lab.Training;

/// <summary>How much of a budget is spent. It is never exceeded: a step that does not fit is not taken.</summary>
internal sealed class BudgetMeter
{
    private readonly double limit;
    private readonly Func<StepCost, double>? amount;
    private readonly TimeProvider clock;
    private readonly long started;

    private BudgetMeter(double limit, Func<StepCost, double>? amount, TimeProvider clock)
    {
        (this.limit, this.amount, this.clock) = (limit, amount, clock);
        started = clock.GetTimestamp();
    }

    /// <summary>Spent so far, in the budget's unit.</summary>
    internal double Spent { get; private set; }

    /// <summary>The share of the budget that is spent.</summary>
    internal double Share => Math.Min(1, Spent / limit);

    /// <summary>A meter for a student's budget.</summary>
    internal static BudgetMeter For(Budget budget, Accelerator prices, TimeProvider clock) =>
        new(budget.Amount, budget.IsTimed ? null : cost => budget.Of(cost, prices)!.Value, clock);

    /// <summary>A meter of examples, repeats counted.</summary>
    internal static BudgetMeter ForExamples(double examples, TimeProvider clock) =>
        new(examples, cost => cost.Examples, clock);

    /// <summary>A meter of processed tokens, by which teachers are trained.</summary>
    internal static BudgetMeter ForProcessedTokens(double tokens, TimeProvider clock) =>
        new(tokens, cost => cost.ProcessedTokens, clock);

    // A step fits if it ends within the limit, a rounding error aside; seconds are only known afterwards.
    internal bool Affords(StepCost cost) =>
        amount is null ? Elapsed() < limit : Spent + amount(cost) <= limit * (1 + 1e-9);

    internal void Spend(StepCost cost) => Spent = amount is null ? Elapsed() : Spent + amount(cost);

    private double Elapsed() => clock.GetElapsedTime(started).TotalSeconds;
}
