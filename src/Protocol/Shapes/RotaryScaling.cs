using Bench.Protocol.Reading;

namespace Bench.Protocol.Shapes;

/// <summary>
/// How rotary frequencies are lowered so that a model reaches further than it was first trained for: all by a factor
/// (linear; Chen et al. 2023), or those only whose wavelength is beyond the original context, with a smooth passage
/// (Llama 3.1).
/// </summary>
/// <param name="Factor">By which frequencies are divided.</param>
public sealed record RotaryScaling(double Factor)
{
    /// <summary>Wavelengths beyond the original context over this are scaled in full.</summary>
    public double LowFrequencyFactor { get; init; }

    /// <summary>Wavelengths below the original context over this are left alone.</summary>
    public double HighFrequencyFactor { get; init; }

    /// <summary>The context of the first training; 0 where all frequencies are scaled alike.</summary>
    public int OriginalContext { get; init; }

    /// <summary>The inputs of the scaled frequencies.</summary>
    public Inputs Inputs =>
        new()
        {
            { "factor", Factor },
            { "low-frequency-factor", LowFrequencyFactor },
            { "high-frequency-factor", HighFrequencyFactor },
            { "original-context", OriginalContext },
        };

    /// <summary>A frequency, in radians a position, after scaling.</summary>
    public double Apply(double frequency)
    {
        if (OriginalContext == 0)
            return frequency / Factor;
        var turns = OriginalContext * frequency / (2 * Math.PI);
        if (turns > HighFrequencyFactor)
            return frequency;
        if (turns < LowFrequencyFactor)
            return frequency / Factor;
        var share = (turns - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor);
        return (1 - share) * frequency / Factor + share * frequency;
    }
}
