using System.Globalization;
using Bench.Protocol.Reading;
using CsvHelper;

namespace Bench.Protocol.Machines;

/// <summary>A row of a table of rates.</summary>
/// <param name="csv">Stands at the row.</param>
/// <param name="file">The table's name, for errors.</param>
/// <param name="number">The row's, from 1 for the header.</param>
internal readonly struct RatesRow(CsvReader csv, string file, int number)
{
    /// <summary>A column's text; empty where the table lacks the column.</summary>
    internal string Text(string column) => csv.Headers.Contains(column) ? csv.GetString(column) : "";

    /// <exception cref="SpecException">It is no number.</exception>
    internal double Number(string column) =>
        double.TryParse(Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && double.IsFinite(value)
            ? value
            : throw Wrong(file, $"row {number}, column {column}: '{Text(column)}' is no number");

    /// <summary>The step that the row measured; null where it is of another case.</summary>
    /// <exception cref="SpecException">Its numbers are no machine's.</exception>
    internal MeasuredStep? Step()
    {
        if (!Enum.TryParse<StepCase>(Text("case"), ignoreCase: true, out var kind))
            return null;
        var batch = Number("batch");
        // Of a writing step each response gets one token; other steps take all of theirs.
        var seconds = (kind == StepCase.Write ? batch : Number("tokens_per_step")) / Number("tokens_per_second");
        var step = new MeasuredStep(
            Case: kind,
            Parameters: Number("parameters"),
            Batch: batch,
            Length: Number("seq"),
            Dtype: Text("dtype"),
            Detail: Text("detail"),
            Seconds: seconds,
            Flops: Number("tflops_exact") * 1e12 * seconds,
            Watts: Text("watts").Length > 0 ? Number("watts") : null
        );
        return step.IsPlausible
            ? step
            : throw Wrong(
                file,
                $"row {number}: a step has parameters, a batch, a length, a rate and FLOPs above 0, as large as "
                    + $"those of a machine"
            );
    }

    /// <summary>The error of a table.</summary>
    internal static SpecException Wrong(string file, string problem) =>
        new(null, $"{file}: {problem}", "delete it and measure again: bench measure");
}
