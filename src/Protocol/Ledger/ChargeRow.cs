namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of charges.csv: what one kind of work cost a run. A distant server's FLOPs are not known. Usd is the rent of
/// the measured seconds, UsdList the list price of the FLOPs; joules are read for a whole run alone.
/// </summary>
public sealed record ChargeRow(
    string Run,
    string Kind,
    long Tokens,
    double? Flops,
    double Seconds,
    double? Joules,
    double? Usd,
    double? UsdList = null
);
