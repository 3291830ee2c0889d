namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of targets.csv: the FLOPs inside a boundary at which a method reaches a share of its teacher's score (Scale
/// "score"), or of the way from chance to it ("over-chance"). Flops is empty where the curve does not reach the target,
/// and where fewer than three budgets lie inside its rise: then the target lies between FlopsBelow, which misses it,
/// and FlopsFrom, which reaches it. An empty FlopsBelow says that the least budget reaches it already; an empty
/// FlopsFrom
/// that none does. An empty bound lies beyond what was measured.
///
/// BreakEvenStudents is from how many students on what the teacher did is repaid in comparison with the same student by
/// a method without a teacher (Against), and BreakEvenQueries from how many queries on one student repays it by being
/// cheaper to use. They are empty where distilling is no cheaper, and their bounds where the ratio's set is unbounded.
/// </summary>
public sealed record TargetRow(
    string Task,
    string Metric,
    string Student,
    string Teacher,
    string Method,
    string Scale,
    double ShareOfTeacher,
    double Target,
    string Boundary,
    long BudgetsInsideRise,
    double? Flops,
    double? FlopsLow,
    double? FlopsHigh,
    double? FlopsBelow,
    double? FlopsFrom,
    string Against,
    double? BreakEvenStudents,
    double? BreakEvenLow,
    double? BreakEvenHigh,
    double? BreakEvenQueries
);
