namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of curves.csv.gz: the mean training loss of a run around a step, in nats for each token that carries loss,
/// when so much of its budget was spent.
/// </summary>
public sealed record CurveRow(string Run, long Step, double Spent, double Loss);
