using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Style;

namespace Bench.Report.Figures;

/// <summary>Scores over one number in which some methods differ, e.g. the temperature or the share of a task among the prompts, at the largest budget; the other methods are labelled lines.</summary>
internal static class SweepFigure
{
    private const int FewestPoints = 3;

    private static readonly (string Label, string Of, Func<MethodSpec, double> Value, Func<MethodSpec, MethodSpec> Without)[] Numbers =
    [
        ("temperature", "", method => method.Temperature, method => method with { Temperature = 1 }),
        ("entries k", "", method => method.K, method => method with { K = 0 }),
        ("beta", "", method => method.Beta, method => method with { Beta = 0 }),
        ("alpha", "", method => method.Alpha, method => method with { Alpha = 0 }),
        ("lambda", "", method => method.Lambda, method => method with { Lambda = 1 }),
        ("share of marked text", "watermark-log10-p", method => method.Sampling?.Watermark?.Share ?? 0, method => method with { Sampling = method.Sampling is { Watermark: { } mark } sampling ? sampling with { Watermark = mark with { Share = 0 } } : method.Sampling }),
        ("repeats of a canary", "canary-log10-p", method => method.Sampling?.Canaries?.Repeats ?? 0, method => method with { Sampling = method.Sampling is { Canaries: { } canaries } sampling ? sampling with { Canaries = canaries with { Repeats = 0 } } : method.Sampling }),
    ];

    internal static void Draw(ExperimentSpec spec, ResultsFolder folder, Results results, TaskSpec task, Metric metric, StudentSpec student, string suffix)
    {
        foreach (var (label, of, value, without) in Numbers.Concat(spec.Tasks.Select(Share)))
        {
            // What is a matter of one number alone is drawn over that one, and a task's own metrics over all.
            if (of.Length > 0 ? !metric.Name.StartsWith(of, StringComparison.Ordinal) : !task.Task.Metrics.Contains(metric)) continue;
            var sweeps = spec.Methods.Where(method => !method.IsBaseline && value(method) > 0).GroupBy(method => (without(method) with { Name = "", Location = null, Shares = null }, Others(without(method))))
                .Where(group => group.Select(value).Distinct().Count() >= FewestPoints).ToArray();
            if (sweeps.Length == 0) continue;
            var rows = results.Summary.Where(row => row.Task == task.Name && row.Metric == metric.Name && row.Student == student.Name && row.Budget == spec.Budgets[^1].Amount).ToArray();
            var seeds = new SeedValues(results);
            var byMethod = rows.ToLookup(row => row.Method, StringComparer.Ordinal);
            var curves = sweeps.ToDictionary(sweep => Name(sweep, sweeps), sweep => sweep.OrderBy(value)
                .SelectMany(method => byMethod[method.Name].Select(row => seeds.Point(value(method), row))).ToArray(), StringComparer.Ordinal);
            if (curves.Values.Any(curve => curve.Length < FewestPoints)) continue;
            var references = results.Summary.Where(row => row.Task == task.Name && row.Metric == metric.Name && row.Method == Summary.Teacher)
                .Select(row => new CurveFigure.Reference($"teacher {row.Teacher}", row.Value))
                .Concat(rows.Where(row => sweeps.All(sweep => sweep.All(method => method.Name != row.Method))).Select(row => new CurveFigure.Reference(row.Method, row.Value))).ToArray();
            var name = $"{metric.Name}-over-{label.Replace(' ', '-')}{suffix}";
            new CurveFigure
            {
                X = label, Y = metric.Label, Curves = curves, Styles = MethodLook.Of(spec, curves.Keys), References = references, Natural = metric.IsShare && sweeps[0].Any(method => method.Shares is not null) ? (0, 1) : null,
            }.Draw(folder.Figures, name);
            Captions.Write(folder, name, $"{metric.Label} of student {student.Name} against the {label} of {string.Join(" and ", curves.Keys)}, at the largest budget; other methods are lines.", spec, rows, results);
        }
    }

    private static (string, string, Func<MethodSpec, double>, Func<MethodSpec, MethodSpec>) Share(TaskSpec task) => (
        $"share of {task.Name} among the prompts", "", method => method.Shares?.GetValueOrDefault(task.Name) ?? 0,
        method => method with { Shares = method.Shares?.Where(share => share.Key != task.Name).ToDictionary(StringComparer.Ordinal) });

    // Dictionaries of equal content are not equal: what is left of the shares, as text.
    private static string Others(MethodSpec method) => method.Shares is null ? "" : string.Join(' ', method.Shares.OrderBy(share => share.Key, StringComparer.Ordinal).Select(share => $"{share.Key} {share.Value:r}"));

    private static string Name(IGrouping<(MethodSpec, string), MethodSpec> sweep, IReadOnlyCollection<IGrouping<(MethodSpec, string), MethodSpec>> all) =>
        Common([.. sweep.Select(method => method.Name)]) is { Length: > 2 } name ? name : all.Count(other => other.First().Objective == sweep.First().Objective) == 1 ? sweep.First().Objective : sweep.First().Name;

    // What the methods' names begin with: text-1 and text-10 are text.
    private static string Common(IReadOnlyList<string> names) =>
        names[0][..Enumerable.Range(0, names[0].Length + 1).Last(length => names.All(name => name.StartsWith(names[0][..length], StringComparison.Ordinal)))].TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '-', 'T', '=');
}
