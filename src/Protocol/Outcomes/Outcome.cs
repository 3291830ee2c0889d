using System.Text.Json.Serialization;
using Bench.Protocol.Costs;

namespace Bench.Protocol.Outcomes;

/// <summary>The result of one unit of work: values only.</summary>
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

    /// <summary>Attempts that led to nothing: they failed, or their process was killed.</summary>
    public IReadOnlyList<Attempt> Lost { get; init; } = [];

    /// <summary>How often it was tried.</summary>
    [JsonIgnore]
    public int Attempts => Lost.Count + (Status == UnitStatus.Ok ? 1 : 0);

    /// <summary>The measured use of a model; null for other units.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelUse? Use { get; init; }

    /// <summary>Where and when it was computed.</summary>
    public required Circumstances Circumstances { get; init; }
}
