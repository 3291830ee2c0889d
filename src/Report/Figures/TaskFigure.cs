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
            var rows = results
                .Summary.Where(row =>
                    tasks.Contains(row.Task)
                    && row.Metric == Metric.Accuracy.Name
                    && (
                        row.Method == Summary.Teacher
                        || (
                            row.Student == student.Name && (row.Budget is null || row.Budget == spec.Budgets[^1].Amount)
                        )
                    )
                )
                .ToArray();
            var groups = rows.GroupBy(row =>
                    row.Method == Summary.Teacher ? $"teacher {row.Teacher}"
                    : row.Budget is null ? Labels.Before(student)
                    : Labels.Of(spec, row.Teacher, row.Method)
                )
                .ToArray();
            var seeds = new SeedValues(results);
            // Side by side, so that no interval hides another.
            var curves = groups
                .Select(
                    (group, i) =>
                        (
                            group.Key,
                            Points: group
                                .Select(row =>
                                    seeds.Point(
                                        tasks.IndexOf(row.Task) + 1 + 0.6 * ((i + 0.5) / groups.Length - 0.5),
                                        row
                                    )
                                )
                                .OrderBy(point => point.X)
                                .ToArray()
                        )
                )
                .ToDictionary(entry => entry.Key, entry => entry.Points);
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
}
