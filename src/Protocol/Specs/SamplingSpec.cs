using Bench.Protocol.Detection;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>How text is decoded.</summary>
public sealed record SamplingSpec : ICheckedSection
{
    /// <summary>
    /// Below it the most likely token is drawn but for rounding, and dividing by it is no longer exact: it is greedy.
    /// </summary>
    public const double Coldest = 1e-4;

    /// <summary>Greedy.</summary>
    public SamplingSpec() { }

    /// <summary>Draws at a temperature.</summary>
    public SamplingSpec(double temperature) => Temperature = temperature;

    /// <summary>The likeliest token, always.</summary>
    public static SamplingSpec Greedy { get; } = new();

    /// <summary>0 is greedy.</summary>
    [Key("temperature", "temperature of the draws; 0 is greedy", Low = 0, High = 100)]
    public double Temperature { get; init; }

    /// <summary>
    /// Draws come from the most likely tokens that together have this mass (Holtzman et al. 2020); 1 is all.
    /// </summary>
    [Key("top-p", "draws come from the likeliest tokens that together have this mass", Low = 0.01, High = 1)]
    public double TopP { get; init; } = 1;

    /// <summary>Responses to each prompt.</summary>
    [Key("samples", "responses to each prompt", Low = 1, High = 1000)]
    public int Samples { get; init; } = 1;

    /// <summary>Which of them are learnt from.</summary>
    [Key("select", "which of them are kept: all, those graded correct, or the likeliest")]
    public Selection Select { get; init; }

    /// <summary>The mark that some of what is written carries; null for none.</summary>
    [Key("watermark", "a mark that some responses carry")]
    public Watermark? Watermark { get; init; }

    /// <summary>The random strings planted in some of the text; null for none.</summary>
    [Key("canaries", "random strings that are planted in some responses")]
    public Canaries? Canaries { get; init; }

    void ICheckedSection.Check(SpecMapping section)
    {
        if (Samples > 1 && Temperature == 0)
            throw new SpecException(
                section.LocationOfValue("samples"),
                "a greedy teacher writes the same response every time",
                "add temperature: 1, or use samples: 1"
            );
    }
}
