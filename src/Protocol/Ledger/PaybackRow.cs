namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of payback.csv: the total FLOPs of one student beyond which learning without the teacher's probabilities gives
/// the lower loss at the same total, by the fitted laws; empty where the laws do not cross between the least and a
/// thousand times the largest measured cost.
/// </summary>
public sealed record PaybackRow(string Student, double Parameters, double? FlopsTotal, double? Loss, string Beyond);
