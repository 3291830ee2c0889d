using System.Globalization;
using Bench.Protocol.Costs;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Budgets;

/// <summary>
/// An amount that a student's training may spend: what a step takes of it, how many examples it pays for, and how large
/// the pool of prompts is. A subclass is one file; the catalogue finds it by its name.
/// </summary>
/// <param name="Amount">How much.</param>
public abstract record Budget(double Amount)
{
    /// <summary>The unit's name in files.</summary>
    public string Unit => Catalogue<Budget>.NameOf(GetType());

    /// <summary>The unit on an axis.</summary>
    public virtual string Label => Unit;

    /// <summary>The axis of figures of an experiment with such budgets.</summary>
    public virtual BudgetAxis Axis => BudgetAxis.Compute;

    /// <summary>Whether the amount is a whole number.</summary>
    public virtual bool IsCounted => false;

    /// <summary>Whether a teacher's FLOPs are part of it, so that they must be known.</summary>
    public virtual bool CountsTeacher => false;

    /// <summary>Whether it is spent by the clock, so that results depend on the machine.</summary>
    public virtual bool IsTimed => false;

    /// <summary>Whether it is a smaller pool of prompts, not a shorter training.</summary>
    public virtual bool LimitsPool => false;

    /// <summary>Whether amounts are generations: each student learns from that of the amount before.</summary>
    public virtual bool IsChain => false;

    /// <summary>Whether it counts tokens that carry loss.</summary>
    public virtual bool CountsTokens => false;

    /// <summary>Whether prepared examples are seen a number of epochs, whatever they cost.</summary>
    public bool CountsEpochs => LimitsPool || IsChain;

    /// <summary>The inputs of a result.</summary>
    public Inputs Inputs => new() { { "unit", Unit }, { "amount", Amount } };

    /// <summary>The amount as people write it: 500, or 4e11.</summary>
    public string AmountText =>
        Amount.ToString(Amount is >= 0.001 and < 1e5 ? "0.###" : "0.##e0", CultureInfo.InvariantCulture);

    /// <summary>The budget of a unit.</summary>
    /// <param name="unit">One of the catalogue's names.</param>
    /// <param name="amount">How much.</param>
    public static Budget Of(string unit, double amount) =>
        (Budget)Activator.CreateInstance(Catalogue<Budget>.Find(unit), amount)!;

    /// <summary>How many examples it pays for, repeats counted.</summary>
    public abstract double Examples(ExampleCosts costs);

    /// <summary>The part of the budget that a step takes; null where the clock tells.</summary>
    public abstract double? Of(StepCost step, Accelerator prices);

    /// <summary>How many examples of a pool it leaves to learn from.</summary>
    /// <param name="pool">The pool's examples.</param>
    /// <param name="queriesEach">Requests to the teacher that each took.</param>
    public virtual double PoolOf(double pool, double queriesEach) => pool;

    /// <summary>Settings of the experiment that it depends on, beside its amount.</summary>
    public virtual Inputs Settings(int epochs, Accelerator prices) =>
        new() { { "epochs", CountsEpochs ? epochs : null } };
}
