namespace Bench.Lab.Training;

/// <summary>How training is going.</summary>
/// <param name="Share">Of the budget, 0 to 1.</param>
/// <param name="Loss">Mean loss since the last report, in nats for each token.</param>
/// <param name="TokensPerSecond">Processed tokens.</param>
/// <param name="Seconds">Since training began.</param>
public sealed record TrainingProgress(double Share, double Loss, double TokensPerSecond, double Seconds);
