using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Report;

/// <summary>Scores over one number in which some methods differ, e.g. the temperature, at the largest budget; the other methods are labelled lines.</summary>
internal static class SweepFigure
{
    private const int FewestPoints = 3;

    private static readonly (string Label, Func<MethodSpec, double> Value, Func<MethodSpec, MethodSpec> Without)[] Numbers =
    [
        ("temperature", method => method.Temperature, method => method with { Temperature = 1 }),
        ("entries k", method => method.K, method => method with { K = 0 }),
        ("beta", method => method.Beta, method => method with { Beta = 0 }),
        ("alpha", method => method.Alpha, method => method with { Alpha = 0 }),
        ("lambda", method => method.Lambda, method => method with { Lambda = 1 }),
    ];

    internal static void Draw(ExperimentSpec spec, ResultsFolder folder, Results results, TaskSpec task, Metric metric, StudentSpec student, string suffix)
    {
        foreach (var (label, value, without) in Numbers)
        {
            var sweep = spec.Methods.Where(method => !method.IsBaseline).GroupBy(method => without(method) with { Name = "", Place = null })
                .Where(group => group.Select(value).Distinct().Count() >= FewestPoints && group.Select(value).All(number => number > 0)).FirstOrDefault();
            if (sweep is null) continue;
            var rows = results.Summary.Where(row => row.Task == task.Name && row.Metric == metric.Name && row.Student == student.Name && row.Budget == spec.Budgets[^1].Amount).ToArray();
            var byMethod = rows.ToLookup(row => row.Method, StringComparer.Ordinal);
            var curve = sweep.OrderBy(value).SelectMany(method => byMethod[method.Name].Select(row => new CurveFigure.Point(value(method), row.Value, row.CiLow, row.CiHigh))).ToArray();
            if (curve.Length < FewestPoints) continue;
            var references = results.Summary.Where(row => row.Task == task.Name && row.Metric == metric.Name && row.Method == Summary.Teacher)
                .Select(row => new CurveFigure.Reference($"teacher {row.Teacher}", row.Value))
                .Concat(rows.Where(row => sweep.All(method => method.Name != row.Method)).Select(row => new CurveFigure.Reference(row.Method, row.Value))).ToArray();
            var name = $"{metric.Name}-over-{label.Replace(' ', '-')}{suffix}";
            CurveFigure.Draw(folder.Figures, name, label, metric.Label, new Dictionary<string, CurveFigure.Point[]> { [sweep.Key.Objective] = curve }, references, CurveFigure.Number, null);
            Captions.Write(folder, name, $"{metric.Label} of student {student.Name} against the {label} of {sweep.Key.Objective}, at the largest budget; other methods are lines.", spec, rows, results);
        }
    }
}
