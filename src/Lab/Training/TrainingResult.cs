using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;

namespace Bench.Lab.Training;

/// <summary>What training did.</summary>
/// <param name="Charge">What it cost.</param>
/// <param name="Scoring">What a teacher cost that read while the student trained; null without one.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="Examples">Examples, repeats counted.</param>
/// <param name="LossTokens">Tokens that carried loss.</param>
/// <param name="Queries">Requests to the teacher that were used.</param>
/// <param name="Used">The distinct prepared examples that were used.</param>
/// <param name="Curve">The loss over the budget.</param>
internal sealed record TrainingResult(
    Charge Charge,
    Charge? Scoring,
    long Steps,
    long Examples,
    long LossTokens,
    double Queries,
    IReadOnlySet<int> Used,
    IReadOnlyList<CurvePoint> Curve
);
