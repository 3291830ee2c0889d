namespace Bench.Protocol.Statistics.Intervals;

/// <summary>A part of the variance of a mean, which a chi-square of so many degrees of freedom estimates.</summary>
/// <param name="Variance">Its estimate, at least 0.</param>
/// <param name="DegreesOfFreedom">At least 1.</param>
public sealed record VarianceTerm(double Variance, double DegreesOfFreedom);
