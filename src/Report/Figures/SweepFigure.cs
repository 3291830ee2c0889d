using System.Globalization;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Style;

namespace Bench.Report.Figures;

/// <summary>
/// Scores over one number in which some methods differ, e.g. the temperature or the share of a task among the prompts,
/// at the largest budget; the other methods are labelled lines.
/// </summary>
internal static class SweepFigure
{
    private const int FewestPoints = 3;

    private static readonly Number[] Numbers =
    [
        new("temperature", "temperature"),
        new("k", "entries k"),
        new("beta", "beta"),
        new("alpha", "alpha"),
        new("lambda", "lambda"),
        new("sampling.watermark.share", "share of marked text", "watermark-log10-p"),
        new("sampling.canaries.repeats", "repeats of a canary", "canary-log10-p"),
    ];

    internal static void Draw(
        ExperimentSpec spec,
        ResultsFolder folder,
        Results results,
        TaskSpec task,
        Metric metric,
        StudentSpec student,
        string suffix
    )
    {
        // Metrics tied to one number are plotted against it alone; a task's own metrics against every number.
        foreach (var number in Numbers.Concat(spec.Tasks.Select(Share)).Where(number => number.Suits(task, metric)))
        {
            var label = number.Label;
            var sweeps = spec
                .Methods.Where(method => !method.IsBaseline && number.Of(method) > 0)
                .GroupBy(number.Others)
                .Where(group => group.Select(number.Of).Distinct().Count() >= FewestPoints)
                .ToArray();
            if (sweeps.Length == 0)
                continue;
            var rows = results
                .Summary.Where(row =>
                    row.Task == task.Name
                    && row.Metric == metric.Name
                    && row.Student == student.Name
                    && row.Budget == spec.Budgets[^1].Amount
                )
                .ToArray();
            var seeds = new SeedValues(results);
            var byMethod = rows.ToLookup(row => row.Method, StringComparer.Ordinal);
            var curves = sweeps.ToDictionary(
                sweep => Name(sweep, sweeps),
                sweep =>
                    sweep
                        .OrderBy(number.Of)
                        .SelectMany(method => byMethod[method.Name].Select(row => seeds.Point(number.Of(method), row)))
                        .ToArray(),
                StringComparer.Ordinal
            );
            if (curves.Values.Any(curve => curve.Length < FewestPoints))
                continue;
            var references = results
                .Summary.Where(row =>
                    row.Task == task.Name && row.Metric == metric.Name && row.Method == Summary.Teacher
                )
                .Select(row => new CurveFigure.Reference($"teacher {row.Teacher}", row.Value))
                .Concat(
                    rows.Where(row => sweeps.All(sweep => sweep.All(method => method.Name != row.Method)))
                        .Select(row => new CurveFigure.Reference(row.Method, row.Value))
                )
                .ToArray();
            var name = $"{metric.Name}-over-{label.Replace(' ', '-')}{suffix}";
            new CurveFigure
            {
                X = label,
                Y = metric.Label,
                Curves = curves,
                Styles = MethodLook.Of(spec, curves.Keys),
                References = references,
                Natural = metric.IsShare && sweeps[0].Any(method => method.Shares is not null) ? (0, 1) : null,
            }.Draw(folder, name);
            Captions.Write(
                folder,
                name,
                $"{metric.Label} of student {student.Name} against the {label} of "
                    + $"{string.Join(" and ", curves.Keys)}, at the largest budget; other methods are lines.",
                spec,
                rows,
                results
            );
        }
    }

    private static Number Share(TaskSpec task) => new($"shares.{task.Name}", $"share of {task.Name} among the prompts");

    private static string Name(
        IGrouping<string, MethodSpec> sweep,
        IReadOnlyCollection<IGrouping<string, MethodSpec>> all
    ) =>
        Common([.. sweep.Select(method => method.Name)]) is { Length: > 2 } name ? name
        : all.Count(other => other.First().Objective.Name == sweep.First().Objective.Name) == 1
            ? sweep.First().Objective.Name
        : sweep.First().Name;

    // The common beginning of the methods' names: text-1 and text-10 are text.
    private static string Common(IReadOnlyList<string> names) =>
        names[0]
            [
                ..Enumerable
                    .Range(0, names[0].Length + 1)
                    .Last(length => names.All(name => name.StartsWith(names[0][..length], StringComparison.Ordinal)))
            ]
            .TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '-', 'T', '=');

    /// <summary>A number in which methods may differ.</summary>
    /// <param name="Key">Its name among a method's inputs.</param>
    /// <param name="Label">On the axis.</param>
    /// <param name="Metrics">The beginning of its metrics' names; empty for a task's own metrics.</param>
    private sealed record Number(string Key, string Label, string Metrics = "")
    {
        internal bool Suits(TaskSpec task, Metric metric) =>
            Metrics.Length > 0
                ? metric.Name.StartsWith(Metrics, StringComparison.Ordinal)
                : task.Task.Metrics.Contains(metric);

        /// <summary>0 where the method has none.</summary>
        internal double Of(MethodSpec method) =>
            method.Inputs.FirstOrDefault(input => input.Key == Key).Value is { } value
                ? double.Parse(value, CultureInfo.InvariantCulture)
                : 0;

        /// <summary>All that a method is but for its name and this number.</summary>
        internal string Others(MethodSpec method) =>
            string.Join(
                '\n',
                method
                    .Inputs.Where(input => input.Key != Key && input.Key != "name")
                    .Select(input => $"{input.Key} {input.Value}")
                    .Concat(method.Teachers ?? [])
            );
    }
}
