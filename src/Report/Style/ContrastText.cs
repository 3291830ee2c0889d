using System.Globalization;
using Bench.Protocol.Ledger;
using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Tasks;

namespace Bench.Report.Style;

/// <summary>A contrast in the words of tables and sentences.</summary>
internal static class ContrastText
{
    /// <summary>The mark of an interval that may be far too narrow.</summary>
    internal const string WarningMark = "!";

    /// <summary>Both methods: of - against.</summary>
    internal static string Pair(ContrastRow row) => $"{row.Of} - {row.Against}";

    /// <summary>The difference with its interval.</summary>
    internal static string Difference(double? value, double? low, double? high, string warning) =>
        value is null ? ""
        : low is null ? value.Value.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture)
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{value:+0.000;-0.000;0.000} [{low:+0.000;-0.000;0.000}, {high:+0.000;-0.000;0.000}]"
        ) + (warning.Length > 0 ? WarningMark : "");

    /// <inheritdoc cref="Difference(double?, double?, double?, string)"/>
    internal static string Difference(ContrastRow row) =>
        Difference(row.Difference, row.CiLow, row.CiHigh, row.Warning);

    /// <summary>p, as tables write it.</summary>
    internal static string P(double? p) =>
        p is null ? "-"
        : p < 0.001 ? "<0.001"
        : p.Value.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>The conclusion of a contrast.</summary>
    internal static string Verdict(ContrastRow row, Metric metric)
    {
        if (row.Seeds == 1)
            return "these two checkpoints, over items: nothing about methods";
        if (row.PHolm is null)
            return $"no statement below {Contrasts.LeastSeeds} seeds";
        if (row.PHolm < Comparison.Level)
            return $"{(row.Difference > 0 == metric.HigherIsBetter ? row.Of : row.Against)} is better";
        if (row.Detectable >= 1 && metric.IsShare)
            return "not told apart (80% power: for no difference)";
        return row.Detectable is { } detectable
            ? string.Create(CultureInfo.InvariantCulture, $"not told apart (80% power: from {detectable:0.00} on)")
            : "not told apart";
    }

    /// <summary>The meaning of a warning, in a sentence; empty where there is none.</summary>
    internal static string Warned(IEnumerable<string> warnings) =>
        warnings.Any(warning => warning.Length > 0)
            ? $"{char.ToUpperInvariant(SeedSpread.Words[0])}{SeedSpread.Words[1..]}."
            : "";
}
