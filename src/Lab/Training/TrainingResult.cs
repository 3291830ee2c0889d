using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;

namespace Bench.Lab.Training;

/// <summary>The result of training.</summary>
/// <param name="Charge">Its cost.</param>
/// <param name="Scoring">The cost of a teacher that read while the student trained; null without one.</param>
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
