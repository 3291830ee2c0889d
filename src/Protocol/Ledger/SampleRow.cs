namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of samples.csv: what a teacher, or a student of the first seed, wrote for one of the first items.
/// </summary>
public sealed record SampleRow(
    string Run,
    string Task,
    long Item,
    string Prompt,
    string Reference,
    string Response,
    double Score
);
