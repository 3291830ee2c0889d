namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of targets.csv: the FLOPs inside a boundary at which a method reaches a share of its teacher's score, and from
/// how many students on what the teacher did is repaid in comparison with the same student by a method without a
/// teacher (against). AtMost tells that the method's least budget already reaches the score: it costs that much or
/// less, and break-even is not known then. Empty where the curve does not reach the target, or distilling is no
/// cheaper.
/// </summary>
public sealed record TargetRow(
    string Task,
    string Metric,
    string Student,
    string Teacher,
    string Method,
    double ShareOfTeacher,
    double Target,
    string Boundary,
    double? Flops,
    bool? AtMost,
    double? FlopsLow,
    double? FlopsHigh,
    string Against,
    double? BreakEvenStudents,
    double? BreakEvenLow,
    double? BreakEvenHigh
);
