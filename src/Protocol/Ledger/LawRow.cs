namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of laws.csv: a constant of a law fitted to a method's losses, or why the law was refused. Errors are roots of
/// mean squares of ln(predicted / measured): of the points that it was fitted to, of each size left out in its turn,
/// and of the largest size predicted from the others.
/// </summary>
public sealed record LawRow(
    string Law,
    string Method,
    string Metric,
    long Points,
    double? Floor,
    double? RmsLogResidual,
    double? RmsLeftOutSizes,
    double? RmsLeftOutLargest,
    string Constant,
    double? Value,
    double? CiLow,
    double? CiHigh,
    string IntervalMethod,
    string Refusal
);
