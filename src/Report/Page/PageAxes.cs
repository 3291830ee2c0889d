using Bench.Protocol.Costs;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Curves;

namespace Bench.Report.Page;

/// <summary>
/// Where an experiment's rows lie on each axis that the page offers, inside each boundary, and which of them nothing
/// beats at once in cost and in score.
/// </summary>
internal sealed class PageAxes
{
    private readonly ILookup<(string, string, string, double?), RunRow> arms;
    private readonly IReadOnlyList<(string Name, Func<RunRow, double?> Of)> axes;
    private readonly Dictionary<SummaryRow, Dictionary<string, double?>> places;
    private readonly Dictionary<SummaryRow, HashSet<string>> unbeaten;

    internal PageAxes(ExperimentSpec spec, Results results, IReadOnlyList<Boundary> boundaries, RunCosts costs)
    {
        arms = results
            .Runs.Where(run => run.Status == "ok")
            .ToLookup(run => (run.Teacher, run.Student, run.Method, run.Budget));
        axes =
        [
            ("student", run => run.FlopsStudent),
            ("tokens", run => run.TokensTrained),
            ("queries", run => run.TeacherQueries),
            .. boundaries
                .Index()
                .SelectMany(entry =>
                    ((string, Func<RunRow, double?>)[])
                        [
                            ($"flops/{entry.Index}", run => costs.Flops(run, entry.Item)),
                            ($"usd/{entry.Index}", run => costs.Sum(run, entry.Item, row => row.Usd)),
                            ($"seconds/{entry.Index}", run => costs.Sum(run, entry.Item, row => row.Seconds)),
                        ]
                ),
        ];
        var rows = results.Summary.Where(row => row.Budget is not null).ToArray();
        places = rows.ToDictionary(row => row, PlacesOf);
        unbeaten = rows.ToDictionary(row => row, _ => new HashSet<string>(StringComparer.Ordinal));
        foreach (var curve in rows.GroupBy(row => (row.Task, row.Metric, row.Student)))
        foreach (var (axis, _) in axes)
            Mark(spec, [.. curve], axis);
    }

    /// <summary>
    /// A row's place on each axis, the mean over its seeds, by the axis's name; null where it is not known.
    /// </summary>
    internal IReadOnlyDictionary<string, double?>? Of(SummaryRow row) => places.GetValueOrDefault(row);

    /// <summary>The axes on which nothing beats a row.</summary>
    internal IReadOnlyCollection<string>? Unbeaten(SummaryRow row) => unbeaten.GetValueOrDefault(row);

    private Dictionary<string, double?> PlacesOf(SummaryRow row)
    {
        var arm = arms[(row.Teacher, row.Student, row.Method, row.Budget)].ToArray();
        return axes.ToDictionary(
            axis => axis.Name,
            axis =>
                arm.Length > 0 && arm.All(run => axis.Of(run) is not null) ? arm.Average(run => axis.Of(run)) : null,
            StringComparer.Ordinal
        );
    }

    private void Mark(ExperimentSpec spec, IReadOnlyList<SummaryRow> curve, string axis)
    {
        var known = curve.Where(row => places[row][axis] is not null).ToArray();
        var task = spec.Tasks.First(task => task.Name == curve[0].Task).Task;
        var higher =
            spec.Evaluation.MetricsOf(task).FirstOrDefault(metric => metric.Name == curve[0].Metric)?.HigherIsBetter
            ?? false;
        var best = ParetoFrontier.Of([.. known.Select(row => (places[row][axis]!.Value, row.Value))], higher);
        foreach (var (i, row) in known.Index())
            if (best[i])
                unbeaten[row].Add(axis);
    }
}
