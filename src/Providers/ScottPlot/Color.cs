using System.Globalization;

namespace ScottPlot;

/// <summary>A colour with opacity.</summary>
public readonly record struct Color(byte Red, byte Green, byte Blue, byte Alpha = 255)
{
    public byte R => Red;

    public byte G => Green;

    public byte B => Blue;

    public byte A => Alpha;

    /// <summary>From #RRGGBB.</summary>
    public static Color FromHex(string hex)
    {
        var digits = hex.TrimStart('#');
        byte Part(int at) => byte.Parse(digits.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return new Color(Part(0), Part(2), Part(4));
    }

    /// <summary>The colour with an opacity from 0 to 1.</summary>
    public Color WithAlpha(double alpha) => this with { Alpha = (byte)Math.Round(255 * alpha) };

    // gnuplot counts transparency, not opacity.
    internal string ToGnuplot() => string.Create(CultureInfo.InvariantCulture, $"\"#{255 - Alpha:X2}{Red:X2}{Green:X2}{Blue:X2}\"");
}
