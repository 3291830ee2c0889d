namespace Bench.Protocol.Statistics.Laws;

/// <summary>
/// L(N, D) = E + A / N^α + B / D^β, the loss of a model of N parameters trained on D tokens (Hoffmann et al. 2022,
/// equation 2). E is the loss that no model undercuts.
/// </summary>
public sealed record ScalingLaw(double E, double A, double Alpha, double B, double Beta)
{
    /// <summary>The names of the constants, in their order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["E", "A", "alpha", "B", "beta"];

    /// <summary>The constants, in the order of their names.</summary>
    public IReadOnlyList<double> Constants => [E, A, Alpha, B, Beta];

    /// <summary>The loss that it predicts.</summary>
    public double Loss(double parameters, double tokens) =>
        E + A / Math.Pow(parameters, Alpha) + B / Math.Pow(tokens, Beta);

    /// <summary>ln(predicted / measured).</summary>
    public double LogResidual(LossPoint point) => Math.Log(Loss(point.Parameters, point.Tokens) / point.Loss);
}
