using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;

namespace Bench.Lab.Training;

/// <summary>What training did.</summary>
/// <param name="Charge">What it cost.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="Examples">Examples, repeats counted.</param>
/// <param name="LossTokens">Tokens that carried loss.</param>
/// <param name="Used">The distinct examples of the lesson that were used.</param>
/// <param name="Curve">The loss over the budget.</param>
internal sealed record TrainingResult(Charge Charge, long Steps, long Examples, long LossTokens, IReadOnlySet<int> Used, IReadOnlyList<CurvePoint> Curve);

/// <summary>How training is going.</summary>
/// <param name="Share">Of the budget, 0 to 1.</param>
/// <param name="Loss">Mean loss since the last report, in nats for each token.</param>
/// <param name="TokensPerSecond">Processed tokens.</param>
/// <param name="Seconds">Since training began.</param>
public sealed record TrainingProgress(double Share, double Loss, double TokensPerSecond, double Seconds);
