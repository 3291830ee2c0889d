using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>Trains a student by one method under one budget, and measures it. Without a method the student stays untrained.</summary>
public abstract record TrainingUnit : UnitOfWork
{
    /// <summary>Who teaches; null where nobody does and the experiment compares teachers.</summary>
    public required TeacherSpec? Teacher { get; init; }

    public required StudentSpec Student { get; init; }

    public required MethodSpec? Method { get; init; }

    public required Budget? Budget { get; init; }

    public required long Seed { get; init; }

    /// <summary>How the trained student is measured.</summary>
    public required EvaluationSpec Evaluation { get; init; }
}
