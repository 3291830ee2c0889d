using System.Globalization;
using System.Text;
using Bench.Protocol.Ledger;
using MathNet.Numerics.Statistics;

namespace Bench.Report.Tables;

/// <summary>
/// The forecast seconds of units beside the measured ones, where the machine had been measured before.
/// </summary>
internal static class TimingTable
{
    /// <summary>Writes tables/timing.txt from timing.csv, if there is one.</summary>
    internal static void Write(ResultsFolder folder)
    {
        var rows = folder
            .ReadTable<TimingRow>(TimingRow.File)
            .Where(row => row.Seconds >= TimingRow.Shortest)
            .ToArray();
        if (rows.Length == 0)
            return;
        var text = new StringBuilder($"{"units", -12}{"", 6}{"forecast s", 12}{"took s", 10}  median error\n");
        foreach (var kind in rows.GroupBy(row => row.Kind).Append(rows.GroupBy(_ => "all").Single()))
            text.Append(
                CultureInfo.InvariantCulture,
                $"{kind.Key, -12}{kind.Count(), 6}{kind.Sum(row => row.ForecastSeconds), 12:0.0}"
                    + $"{kind.Sum(row => row.Seconds), 10:0.0}  {100 * kind.Select(row => row.Error).Median():0}%\n"
            );
        text.Append(
            CultureInfo.InvariantCulture,
            $"Units of {TimingRow.Shortest} second and more; seconds without the start of a process.\n"
        );
        folder.WriteText($"{ResultsFolder.TablesName}/timing.txt", text.ToString());
    }
}
