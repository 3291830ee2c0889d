namespace Bench.Protocol.Specs;

/// <summary>How text is decoded.</summary>
/// <param name="Temperature">0 is greedy.</param>
public sealed record SamplingSpec(double Temperature)
{
    public static SamplingSpec Greedy { get; } = new(0);
}
