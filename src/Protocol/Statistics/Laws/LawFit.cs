using Bench.Protocol.Statistics.Intervals;

namespace Bench.Protocol.Statistics.Laws;

/// <summary>A law that was fitted to losses, or the reason why it could not be.</summary>
/// <param name="Constants">Its constants; empty when it was refused.</param>
/// <param name="Predict">The loss that it predicts at a point.</param>
/// <param name="RootMeanSquare">Of the relative errors of the points that it was fitted to.</param>
/// <param name="Refusal">Why the data do not identify it; null when they do.</param>
public sealed record LawFit(
    IReadOnlyList<LawConstant> Constants,
    Func<LossPoint, double> Predict,
    double RootMeanSquare,
    string? Refusal
)
{
    /// <summary>A constant's estimate.</summary>
    public Interval this[string name] => Constants.Single(constant => constant.Name == name).Estimate;

    internal static LawFit Refused(string why) => new([], _ => double.NaN, double.NaN, why);
}
