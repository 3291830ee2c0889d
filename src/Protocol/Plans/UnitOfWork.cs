using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>One process's worth of work.</summary>
public abstract record UnitOfWork
{
    /// <summary>The key of its result in the store.</summary>
    public required Fingerprint Fingerprint { get; init; }

    /// <summary>What a person reads, e.g. "tiny traces 8e10 seed 1".</summary>
    public required string Label { get; init; }

    /// <summary>The units whose results it reads.</summary>
    public required IReadOnlyList<UnitOfWork> Needs { get; init; }

    public required Prediction Prediction { get; init; }

    /// <summary>The value of the column run in the ledger.</summary>
    public virtual string Run => Fingerprint.Short;
}

/// <summary>Trains or loads the teacher and measures it.</summary>
public sealed record TeacherUnit : UnitOfWork
{
    /// <inheritdoc/>
    public override string Run => "teacher";
}

/// <summary>Has the teacher write: one response for each training prompt.</summary>
public sealed record TextUnit : UnitOfWork;

/// <summary>Has the teacher score its own text: the k largest probabilities at each token.</summary>
public sealed record TopKUnit : UnitOfWork
{
    public required int K { get; init; }

    public required double Temperature { get; init; }

    public required Keep Keep { get; init; }
}

/// <summary>Trains a student by one method under one budget, and measures it. Without a method the student stays untrained.</summary>
public sealed record StudentUnit : UnitOfWork
{
    public const string Untrained = "untrained";

    public required StudentSpec Student { get; init; }

    public required MethodSpec? Method { get; init; }

    public required Budget? Budget { get; init; }

    public required long Seed { get; init; }

    public string MethodName => Method?.Name ?? Untrained;
}
