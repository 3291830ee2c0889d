namespace Bench.Protocol.Specs;

/// <summary>How text is decoded.</summary>
/// <param name="Temperature">0 is greedy.</param>
/// <param name="TopP">Draws come from the most likely tokens that together have this mass (Holtzman et al. 2020); 1 is all.</param>
/// <param name="Samples">Responses to each prompt.</param>
/// <param name="Select">Which of them are learnt from.</param>
public sealed record SamplingSpec(double Temperature, double TopP = 1, int Samples = 1, Selection Select = Selection.All)
{
    public static SamplingSpec Greedy { get; } = new(0);
}
