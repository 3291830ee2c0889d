using System.Globalization;

namespace Bench.Protocol.Units;

/// <summary>Figures as they are read.</summary>
public static class Figure
{
    /// <summary>A figure in three digits, or more where it is a count.</summary>
    public static string Shown(double value) =>
        value switch
        {
            0 => "0",
            >= 1e9 or < 1e-3 => value.ToString("0.00e0", CultureInfo.InvariantCulture),
            >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
            _ => value.ToString("0.###", CultureInfo.InvariantCulture),
        };

    /// <summary>A figure in three digits.</summary>
    public static string Rounded(double value)
    {
        if (value is 0 or >= 1e9 or < 1e-3)
            return Shown(value);
        var unit = Math.Pow(10, Math.Floor(Math.Log10(value)) - 2);
        return unit >= 1 ? Shown(Math.Round(value / unit) * unit) : value.ToString("G3", CultureInfo.InvariantCulture);
    }
}
