using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Style;

namespace Bench.Report.Figures;

/// <summary>
/// Accuracy on each of several tasks side by side, at the largest budget: the teacher, the student before, and the
/// student after each method.
/// </summary>
internal static class TaskFigure
{
    private const int FewestTasks = 3;

    internal static void Draw(ExperimentSpec spec, ResultsFolder folder, Results results)
    {
        var tasks = spec
            .Tasks.Where(task => task.Task.Metrics[0] == Metric.Accuracy)
            .Select(task => task.Name)
            .ToList();
        if (tasks.Count < FewestTasks || spec.BudgetUnit.IsChain)
            return;
        foreach (var student in spec.Students)
        {
            var rows = Rows(spec, results, student, tasks);
            var curves = Curves(spec, student, rows, tasks, new SeedValues(results));
            if (curves.Count == 0)
                continue;
            var name = "accuracy-by-task" + (spec.Students.Count > 1 ? "-" + student.Name : "");
            new CurveFigure
            {
                X = new CurveFigure.Axis("task", Even: true, tasks),
                Y = Metric.Accuracy.Label,
                Curves = curves,
                Styles = MethodLook.Of(spec, curves.Keys),
                Natural = (0, 1),
            }.Draw(folder, name);
            Captions.Write(
                folder,
                name,
                $"Accuracy on each task of the teacher, of student {student.Name} before it was taught, and after "
                    + $"each method at {spec.Budgets[^1].AmountText} {spec.Budgets[^1].Label}.",
                spec,
                rows,
                results
            );
        }
    }

    // Rows of the teacher, of the student before it was taught, and of the student at the largest budget.
    private static SummaryRow[] Rows(
        ExperimentSpec spec,
        Results results,
        StudentSpec student,
        IReadOnlyList<string> tasks
    ) =>
        [
            .. results.Summary.Where(row =>
                tasks.Contains(row.Task)
                && row.Metric == Metric.Accuracy.Name
                && (
                    row.Method == Summary.Teacher
                    || (row.Student == student.Name && (row.Budget is null || row.Budget == spec.Budgets[^1].Amount))
                )
            ),
        ];

    // Side by side at each task, so that no interval hides another.
    private static Dictionary<string, CurveFigure.Point[]> Curves(
        ExperimentSpec spec,
        StudentSpec student,
        SummaryRow[] rows,
        List<string> tasks,
        SeedValues seeds
    )
    {
        var groups = rows.GroupBy(row =>
                row.Method == Summary.Teacher ? $"teacher {row.Teacher}"
                : row.Budget is null ? Labels.Before(student)
                : Labels.Of(spec, row.Teacher, row.Method)
            )
            .ToArray();
        double Place(string task, int group) => tasks.IndexOf(task) + 1 + 0.6 * ((group + 0.5) / groups.Length - 0.5);
        return groups
            .Select(
                (group, i) =>
                    (
                        group.Key,
                        Points: group
                            .Select(row => seeds.Point(Place(row.Task, i), row))
                            .OrderBy(point => point.X)
                            .ToArray()
                    )
            )
            .ToDictionary(entry => entry.Key, entry => entry.Points);
    }
}
