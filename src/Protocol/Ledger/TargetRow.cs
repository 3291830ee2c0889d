namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of targets.csv: the total FLOPs at which a method reaches a score, and from how many students on a teacher's training is repaid in comparison with the same student on gold
/// solutions. AtMost tells that the method's least budget already reaches the score: it costs that much or less, and
/// break-even is not known then. Empty where the curve does not reach the target, or distilling is no cheaper.
/// </summary>
public sealed record TargetRow(
    string Task, string Metric, string Student, string Teacher, string Method, double ShareOfTeacher, double Target, double? FlopsTotal, bool? AtMost, double? FlopsLow, double? FlopsHigh, double? BreakEvenStudents);
