using System.Globalization;
using Bench.Protocol.Reading;
using CsvHelper;

namespace Bench.Protocol.Machines;

/// <summary>
/// Measured times of training, reading and writing steps on one device, case by case, interpolated between them. The
/// table is CSV: a row a case, columns by name, others ignored; rows of the case "process" hold single numbers about
/// processes.
/// </summary>
public sealed class MachineRates
{
    private static readonly string[] Columns =
    [
        "case",
        "model",
        "parameters",
        "dtype",
        "batch",
        "seq",
        "detail",
        "tokens_per_step",
        "seconds_median",
        "tokens_per_second",
        "tflops_exact",
        "watts",
        "device",
        "value",
    ];

    private readonly Dictionary<StepCase, StepTime> times;

    /// <param name="device">The device's name.</param>
    /// <param name="steps">The measurements; steps that a compiler fused are left out.</param>
    /// <param name="process">Measurements of processes.</param>
    public MachineRates(string device, IReadOnlyList<MeasuredStep> steps, ProcessRates? process = null)
    {
        (Device, Process, Steps) = (device, process, [.. steps.Where(step => !step.IsCompiled)]);
        times = Steps.GroupBy(step => step.Case).ToDictionary(group => group.Key, group => new StepTime([.. group]));
    }

    /// <summary>The device's name.</summary>
    public string Device { get; }

    /// <summary>Measurements of processes; null on a device that they do not share.</summary>
    public ProcessRates? Process { get; }

    /// <summary>The measurements.</summary>
    public IReadOnlyList<MeasuredStep> Steps { get; }

    /// <summary>
    /// The rates of an accelerator of the price table that ship with Bench; null where none were measured.
    /// </summary>
    public static MachineRates? OfAccelerator(string name)
    {
        using var stream = typeof(MachineRates).Assembly.GetManifestResourceStream($"rates-{name}.csv");
        return stream is null ? null : Read(stream, $"{name}.csv");
    }

    /// <summary>Reads a table of rates.</summary>
    /// <exception cref="SpecException">It is none.</exception>
    public static MachineRates Read(Stream stream, string file)
    {
        var (steps, facts) = (new List<MeasuredStep>(), new Dictionary<string, double>(StringComparer.Ordinal));
        var device = "";
        using var csv = CsvReader.Create(stream, CsvReaderOptions.Default, leaveOpen: true);
        try
        {
            for (var number = 2; csv.Read(); number++)
            {
                var row = new RatesRow(csv, file, number);
                if (device.Length == 0)
                    device = row.Text("device");
                if (row.Text("case") == "process")
                    facts[row.Text("detail")] = row.Number("value");
                else if (row.Step() is { } step)
                    steps.Add(step);
            }
        }
        catch (CsvFormatException error)
        {
            throw RatesRow.Wrong(file, error.Message.ReplaceLineEndings(" "));
        }

        var process = ProcessRates.Of(facts);
        if (process is { IsPlausible: false })
            throw RatesRow.Wrong(
                file,
                "its rows of the case process are not those of a machine: seconds from 0, at least one core, a share "
                    + "above 0 and at most 1"
            );
        return steps.Count > 0
            ? new MachineRates(device, steps, process)
            : throw RatesRow.Wrong(file, "it has no row of the case train, read or write");
    }

    /// <summary>Writes the table.</summary>
    public void Write(Stream stream)
    {
        using var csv = CsvWriter.Create(stream, CsvWriterOptions.Default with { NewLine = "\n" }, leaveOpen: true);
        void Row(params (string Column, object? Value)[] cells)
        {
            foreach (var column in Columns)
                csv.WriteField(
                    string.Format(
                        CultureInfo.InvariantCulture,
                        "{0}",
                        cells.FirstOrDefault(cell => cell.Column == column).Value
                    )
                );
            csv.EndRecord();
        }

        foreach (var column in Columns)
            csv.WriteField(column);
        csv.EndRecord();
        foreach (var step in Steps)
        {
            var tokens = step.Case == StepCase.Write ? step.Batch : step.Batch * step.Length;
            Row(
                ("case", step.Case.ToString().ToLowerInvariant()),
                ("parameters", step.Parameters),
                ("dtype", step.Dtype),
                ("batch", step.Batch),
                ("seq", step.Length),
                ("detail", step.Detail),
                ("tokens_per_step", tokens),
                ("seconds_median", step.Seconds),
                ("tokens_per_second", tokens / step.Seconds),
                ("tflops_exact", step.Flops / step.Seconds / 1e12),
                ("watts", step.Watts),
                ("device", Device)
            );
        }

        if (Process is null)
            return;
        foreach (var (detail, value) in Process.Facts)
            Row(("case", "process"), ("detail", detail), ("device", Device), ("value", value));
    }

    /// <summary>Whether steps of a kind were measured.</summary>
    public bool Knows(StepCase kind) => times.ContainsKey(kind);

    /// <summary>
    /// Seconds of a step of a kind that was measured; those that the step says of itself are not read.
    /// </summary>
    public double Seconds(MeasuredStep step) => times[step.Case].Of(step);

    /// <summary>
    /// Watts of the device in such a step, those of the nearest measurement; null where no meter was read.
    /// </summary>
    public double? Watts(MeasuredStep step) =>
        Steps
            .Where(other => other.Case == step.Case && other.Watts is not null)
            .MinBy(other => StepTime.Distance(step, other))
            ?.Watts;
}
