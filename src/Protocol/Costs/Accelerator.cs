using System.Globalization;
using Bench.Protocol.Reading;
using Bench.Protocol.Units;
using CsvHelper;

namespace Bench.Protocol.Costs;

/// <summary>
/// A rented device: the price of an hour, the FLOPs that it sustains in training, reading and writing, its watts. The
/// list price of work follows from its FLOPs, so that a result costs the same wherever it was computed; beside it
/// stands
/// the rent of the seconds that were measured. The table is accelerators.csv; its last column says where the figures
/// are from.
/// </summary>
public sealed record Accelerator(
    string Name,
    double UsdPerHour,
    double TrainingFlopsPerSecond,
    double ReadingFlopsPerSecond,
    double WritingFlopsPerSecond,
    double Watts,
    string Basis
)
{
    /// <summary>The inputs of a budget in dollars; one rate for all work is one input.</summary>
    public Inputs Inputs
    {
        get
        {
            var inputs = new Inputs
            {
                { "accelerator", Name },
                { "usd-per-hour", UsdPerHour },
                { "flops-per-second", TrainingFlopsPerSecond },
            };
            if (ReadingFlopsPerSecond != TrainingFlopsPerSecond)
                inputs.Add("reading-flops-per-second", ReadingFlopsPerSecond);
            if (WritingFlopsPerSecond != TrainingFlopsPerSecond)
                inputs.Add("writing-flops-per-second", WritingFlopsPerSecond);
            return inputs;
        }
    }

    private static readonly Dictionary<string, Accelerator> Table = Read();

    /// <summary>The one whose prices hold where none is named.</summary>
    public const string Default = "cloud-vcpu";

    public static IReadOnlyCollection<string> Known => Table.Keys;

    public static Accelerator Named(string name) => Table[name];

    /// <summary>Whether it is a processor's core, and not a GPU.</summary>
    public bool IsCore => Name == Default;

    /// <summary>The FLOPs that it sustains in a second of a kind of work.</summary>
    public double Rate(Work work) =>
        work switch
        {
            Work.Training => TrainingFlopsPerSecond,
            Work.Reading => ReadingFlopsPerSecond,
            _ => WritingFlopsPerSecond,
        };

    /// <summary>The FLOPs of training that take as long as those of a kind of work.</summary>
    public Flops AsTraining(Flops flops, Work work) => TrainingFlopsPerSecond / Rate(work) * flops;

    /// <summary>The list price of that many FLOPs of training.</summary>
    public Usd Cost(Flops training) => new(training.Value / TrainingFlopsPerSecond / 3600 * UsdPerHour);

    /// <summary>The list price of charges by their FLOPs, each at the rate of its work.</summary>
    public Usd Cost(IEnumerable<Charge> charges) =>
        Cost(new Flops(charges.Sum(charge => AsTraining(charge.Flops, Charge.WorkOf(charge.Kind)).Value)));

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
                TrainingFlopsPerSecond: Number("training_flops_per_second"),
                ReadingFlopsPerSecond: Number("reading_flops_per_second"),
                WritingFlopsPerSecond: Number("writing_flops_per_second"),
                Watts: Number("watts"),
                Basis: csv.GetString("basis")
            );
        }

        return table;
    }
}
