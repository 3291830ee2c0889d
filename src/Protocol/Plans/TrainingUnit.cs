using Bench.Protocol.Budgets;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>
/// Trains a student by one method under one budget, and measures it. Without a method the student stays untrained.
/// </summary>
public abstract record TrainingUnit : UnitOfWork
{
    /// <summary>The teacher; null where there is none and the experiment compares teachers.</summary>
    public required TeacherSpec? Teacher { get; init; }

    /// <summary>
    /// The teacher that the student is compared with, on its own text or on its responses to the held-out items; null
    /// for none.
    /// </summary>
    public TeacherUnit? ComparedWith { get; init; }

    public required StudentSpec Student { get; init; }

    public required MethodSpec? Method { get; init; }

    public required Budget? Budget { get; init; }

    public required long Seed { get; init; }

    /// <summary>
    /// The seed of everything that is drawn for it. Each generation has its own, or it would begin as the one that
    /// teaches it did.
    /// </summary>
    public Seed Draws =>
        Budget is { IsChain: true, Amount: var generation and > 1 }
            ? new Seed((long)(new Seed(Seed).Bits(FormattableString.Invariant($"generation/{generation}")) >> 1))
            : new Seed(Seed);

    /// <summary>How the trained student is measured.</summary>
    public required EvaluationSpec Evaluation { get; init; }
}
