using Bench.Protocol.Specs;

namespace Bench.Protocol.Ledger;

/// <summary>Methods beside each other, and the contrasts between them.</summary>
/// <param name="Spec">The experiment.</param>
/// <param name="Contrasts">All that are declared.</param>
/// <param name="Methods">Every method at every budget.</param>
public sealed record ComparedResults(
    ExperimentSpec Spec,
    IReadOnlyList<ContrastRow> Contrasts,
    IReadOnlyList<ComparisonRow> Methods
)
{
    /// <summary>From results with their summary.</summary>
    public static ComparedResults Of(ExperimentSpec spec, Results results)
    {
        var contrasts = Ledger.Contrasts.Of(spec, results);
        return new ComparedResults(spec, contrasts, Comparison.Of(spec, results, contrasts));
    }

    /// <summary>The contrasts of a task's first metric at a budget, the primary one first.</summary>
    public IReadOnlyList<ContrastRow> At(string task, string student, double budget)
    {
        var metric = Spec.Tasks.First(known => known.Name == task).Task.Metrics[0].Name;
        return
        [
            .. Contrasts
                .Where(row =>
                    row.Task == task && row.Metric == metric && row.Student == student && row.Budget == budget
                )
                .OrderByDescending(row => row.Primary),
        ];
    }

    /// <summary>The method that a contrast looks at.</summary>
    public ComparisonRow? MethodOf(ContrastRow contrast) =>
        Methods.FirstOrDefault(row =>
            row.Task == contrast.Task
            && row.Metric == contrast.Metric
            && row.Student == contrast.Student
            && row.Budget == contrast.Budget
            && Spec.LabelOf(row.Teacher, row.Method) == contrast.Of
        );
}
