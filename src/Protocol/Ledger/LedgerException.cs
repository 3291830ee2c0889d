namespace Bench.Protocol.Ledger;

/// <summary>A results folder cannot be read or written: which file, why, what to do.</summary>
public sealed class LedgerException(string message) : Exception(message);
