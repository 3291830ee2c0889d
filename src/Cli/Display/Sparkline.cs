namespace Bench.Cli.Display;

/// <summary>A curve in a line of characters.</summary>
internal static class Sparkline
{
    private const string Blocks = "▁▂▃▄▅▆▇█";

    /// <summary>
    /// The values, thinned to a width, from the lowest block for the least to the highest for the largest, on a
    /// logarithmic scale where all are positive.
    /// </summary>
    internal static string Of(IReadOnlyList<double> values, int width)
    {
        if (values.Count == 0)
            return "";
        var logarithmic = values.All(value => value > 0);
        var shown = Enumerable
            .Range(0, Math.Min(width, values.Count))
            .Select(i => values[(int)((long)i * values.Count / Math.Min(width, values.Count))])
            .Select(value => logarithmic ? Math.Log(value) : value)
            .ToArray();
        var (low, high) = (shown.Min(), shown.Max());
        return string.Concat(
            shown.Select(value =>
                Blocks[
                    high > low && double.IsFinite(value)
                        ? (int)Math.Round((value - low) / (high - low) * (Blocks.Length - 1))
                        : 0
                ]
            )
        );
    }
}
