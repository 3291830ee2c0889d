using System.Globalization;
using Bench.Protocol.Reading;
using Bench.Protocol.Units;
using CsvHelper;

namespace Bench.Protocol.Costs;

/// <summary>
/// A rented device: the price of an hour, the FLOPs that it sustains, its watts. The list price of work follows from
/// its FLOPs, so that a result costs the same wherever it was computed; beside it stands the rent of the seconds that
/// were
/// measured. The table is accelerators.csv; its last column says where the figures are from.
/// </summary>
public sealed record Accelerator(
    string Name,
    double UsdPerHour,
    double SustainedFlopsPerSecond,
    double Watts,
    string Basis
)
{
    /// <summary>The inputs of a budget in dollars.</summary>
    public Inputs Inputs =>
        new()
        {
            { "accelerator", Name },
            { "usd-per-hour", UsdPerHour },
            { "flops-per-second", SustainedFlopsPerSecond },
        };

    private static readonly Dictionary<string, Accelerator> Table = Read();

    /// <summary>The one whose prices hold where none is named.</summary>
    public const string Default = "cloud-vcpu";

    public static IReadOnlyCollection<string> Known => Table.Keys;

    public static Accelerator Named(string name) => Table[name];

    /// <summary>Whether it is a processor's core, and not a GPU.</summary>
    public bool IsCore => Name == Default;

    /// <summary>The list price of that many FLOPs.</summary>
    public Usd Cost(Flops flops) => new(flops.Value / SustainedFlopsPerSecond / 3600 * UsdPerHour);

    /// <summary>
    /// The rent of measured seconds; null where the work ran on another kind of device than this price is of.
    /// </summary>
    /// <param name="seconds">Measured.</param>
    /// <param name="device">Where it ran: cpu, cuda or cuda:N.</param>
    /// <param name="threads">Cores that it held.</param>
    public Usd? Rent(Seconds seconds, string device, int threads) =>
        IsCore == (device == "cpu") ? new(seconds.Value / 3600 * UsdPerHour * (IsCore ? threads : 1)) : null;

    private static Dictionary<string, Accelerator> Read()
    {
        using var stream = typeof(Accelerator).Assembly.GetManifestResourceStream("accelerators.csv")!;
        using var csv = CsvReader.Create(stream, CsvReaderOptions.Default, leaveOpen: true);
        var table = new Dictionary<string, Accelerator>(StringComparer.Ordinal);
        while (csv.Read())
        {
            double Number(string column) => double.Parse(csv.GetString(column), CultureInfo.InvariantCulture);
            var name = csv.GetString("name");
            table[name] = new Accelerator(
                Name: name,
                UsdPerHour: Number("usd_per_hour"),
                SustainedFlopsPerSecond: Number("sustained_flops_per_second"),
                Watts: Number("watts"),
                Basis: csv.GetString("basis")
            );
        }

        return table;
    }
}
