namespace Bench.Protocol.Outcomes;

/// <summary>The mean training loss around a step, in nats for each token that carries loss.</summary>
public sealed record CurvePoint(long Step, double Spent, double Loss);
