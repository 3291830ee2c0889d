namespace Bench.Protocol.Statistics.Laws;

/// <summary>A law fitted without the students of one size, and how it predicts them.</summary>
/// <param name="Parameters">The size.</param>
/// <param name="Law">The law of the others.</param>
/// <param name="Objective">Its sum of Huber's losses over the others.</param>
/// <param name="LogErrors">ln(predicted / measured) of each point of the size.</param>
public sealed record LeftOutSize(double Parameters, ScalingLaw Law, double Objective, IReadOnlyList<double> LogErrors)
{
    /// <summary>The root of the mean square of its errors.</summary>
    public double RootMeanSquare => Math.Sqrt(LogErrors.Average(error => error * error));
}
