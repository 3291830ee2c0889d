using Bench.Protocol.Costs;

namespace Bench.Protocol.Outcomes;

/// <summary>What came of one unit of work: values only.</summary>
public sealed record Outcome
{
    public required UnitStatus Status { get; init; }

    /// <summary>One line, when the unit failed.</summary>
    public string Error { get; init; } = "";

    public IReadOnlyList<Charge> Charges { get; init; } = [];

    public IReadOnlyList<TaskScores> Scores { get; init; } = [];

    public IReadOnlyList<CurvePoint> Curve { get; init; } = [];

    public long? StudentParameters { get; init; }

    public long? Steps { get; init; }

    public long? Examples { get; init; }

    /// <summary>Student tokens that carried loss.</summary>
    public long? TokensTrained { get; init; }

    /// <summary>Distinct teacher tokens that the student learnt from.</summary>
    public long? TeacherTokens { get; init; }

    /// <summary>Distinct requests to the teacher that the student learnt from.</summary>
    public long? TeacherQueries { get; init; }

    /// <summary>Where and when it was computed.</summary>
    public required Circumstances Circumstances { get; init; }
}

/// <summary>How a unit ended.</summary>
public enum UnitStatus
{
    Ok,

    Failed,

    Refused,
}

/// <summary>Scores of the items of one task by one metric, in the order of the items.</summary>
public sealed record TaskScores(string Task, string Metric, IReadOnlyList<double> Items);

/// <summary>The mean training loss around a step, in nats for each token that carries loss.</summary>
public sealed record CurvePoint(long Step, double Spent, double Loss);

/// <summary>The machine and the code that computed an outcome.</summary>
public sealed record Circumstances
{
    public required string StartedUtc { get; init; }

    public required double Seconds { get; init; }

    public required long PeakRssBytes { get; init; }

    public required string Device { get; init; }

    public required string Provider { get; init; }

    public required string Commit { get; init; }

    public required bool Dirty { get; init; }
}
