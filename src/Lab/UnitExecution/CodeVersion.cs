namespace Bench.Lab.UnitExecution;

/// <summary>Which code produced a result.</summary>
public sealed record CodeVersion(string Commit, bool Dirty, string Tensors);
