namespace Bench.Protocol.Statistics.Laws;

/// <summary>A measured loss.</summary>
/// <param name="Parameters">N, of the student.</param>
/// <param name="Tokens">D, that it was trained on.</param>
/// <param name="Loss">In nats or bits for each token; a law's constants are in the same unit.</param>
public sealed record LossPoint(double Parameters, double Tokens, double Loss);
