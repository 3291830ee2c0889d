namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of use.csv: what using a run's model in a format took on one thread of a processor. First token: the median
/// seconds from a prompt of 16 tokens to the first one written; rates: the median over responses to one prompt, and
/// over 16 written together; peak: of the process that did nothing else.
/// </summary>
public sealed record UseRow(
    string Run,
    string Format,
    long ModelBytes,
    double FirstTokenSeconds,
    double TokensPerSecond,
    double TokensPerSecond16,
    long PeakBytes,
    string Processor,
    string Commit,
    bool Dirty
);
