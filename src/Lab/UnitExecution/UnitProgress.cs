namespace Bench.Lab.UnitExecution;

/// <summary>How a unit is going.</summary>
/// <param name="Stage">The present stage, e.g. training.</param>
/// <param name="Share">Of this stage, 0 to 1.</param>
/// <param name="Loss">In nats for each token, while training.</param>
/// <param name="TokensPerSecond">While training.</param>
public sealed record UnitProgress(string Stage, double Share, double? Loss = null, double? TokensPerSecond = null);
