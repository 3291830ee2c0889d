namespace Bench.Protocol.Ledger;

/// <summary>A row of charges.csv: what one kind of work cost a run. A distant server's FLOPs are not known.</summary>
public sealed record ChargeRow(
    string Run,
    string Kind,
    long Tokens,
    double? Flops,
    double Seconds,
    double? Joules,
    double? Usd
);
