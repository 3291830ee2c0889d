using Bench.Protocol.Detection;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>How text is decoded.</summary>
/// <param name="Temperature">0 is greedy.</param>
/// <param name="TopP">Draws come from the most likely tokens that together have this mass (Holtzman et al. 2020); 1 is all.</param>
/// <param name="Samples">Responses to each prompt.</param>
/// <param name="Select">Which of them are learnt from.</param>
public sealed record SamplingSpec(double Temperature, double TopP = 1, int Samples = 1, Selection Select = Selection.All)
{
    /// <summary>The mark that some of what is written carries; null for none.</summary>
    public Watermark? Watermark { get; init; }

    /// <summary>What is planted in some of what is written; null for nothing.</summary>
    public Canaries? Canaries { get; init; }

    /// <summary>What a response depends on.</summary>
    public Inputs Inputs => new()
    {
        { "temperature", Temperature },
        { "top-p", TopP },
        { "samples", Samples },
        { "select", Selections.NameOf(Select) },
        { "watermark", Watermark?.Inputs },
        { "canaries", Canaries?.Inputs },
    };

    /// <summary>Below it the most likely token is drawn but for rounding, and dividing by it is no longer exact: it is greedy.</summary>
    public const double Coldest = 1e-4;

    /// <summary>The names of selections in files.</summary>
    public static Choices<Selection> Selections { get; } = new(("all", Selection.All), ("correct", Selection.Correct), ("likeliest", Selection.Likeliest));

    public static SamplingSpec Greedy { get; } = new(0);
}
