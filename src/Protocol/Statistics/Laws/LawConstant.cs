using Bench.Protocol.Statistics.Intervals;

namespace Bench.Protocol.Statistics.Laws;

/// <summary>A constant of a fitted law with its 95% interval.</summary>
public sealed record LawConstant(string Name, Interval Estimate);
