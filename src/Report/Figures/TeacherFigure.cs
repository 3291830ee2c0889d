using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Style;

namespace Bench.Report.Figures;

/// <summary>
/// Scores of students over the size of their teacher, at the largest budget, with the teachers' own scores.
/// </summary>
internal static class TeacherFigure
{
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
        var vocabulary = CharacterVocabulary.Of(spec.Tasks.Select(known => known.Task).OfType<ProceduralTask>()).Size;
        var sizes = spec
            .Teachers.Where(teacher => teacher.Training is not null)
            .ToDictionary(
                teacher => teacher.Name,
                teacher => (double)(teacher.Training!.Model with { Vocabulary = vocabulary }).Parameters,
                StringComparer.Ordinal
            );
        if (sizes.Count < 2)
            return;
        var rows = results
            .Summary.Where(row =>
                row.Task == task.Name
                && row.Metric == metric.Name
                && (
                    row.Method == Summary.Teacher
                    || (row.Student == student.Name && row.Budget == spec.Budgets[^1].Amount)
                )
            )
            .ToArray();
        var seeds = new SeedValues(results);
        var curves = rows.Where(row => sizes.ContainsKey(row.Teacher))
            .GroupBy(row => row.Method == Summary.Teacher ? "the teacher itself" : row.Method)
            .ToDictionary(
                group => group.Key,
                group =>
                    group
                        .OrderBy(row => sizes[row.Teacher])
                        .Select(row => seeds.Point(sizes[row.Teacher], row))
                        .ToArray()
            );
        var references = rows.Where(row => row.Teacher.Length == 0)
            .Select(row => new CurveFigure.Reference(row.Method, row.Value))
            .ToArray();
        var name = $"{metric.Name}-over-teacher-size{suffix}";
        new CurveFigure
        {
            X = "parameters of the teacher",
            Y = metric.Label,
            Curves = curves,
            Styles = MethodLook.Of(spec, curves.Keys),
            References = references,
            Natural = metric.IsShare ? (0, 1) : null,
        }.Draw(folder, name);
        Captions.Write(
            folder,
            name,
            $"{metric.Label} of student {student.Name} against the size of its teacher at the largest budget, and of "
                + $"the teachers themselves.",
            spec,
            rows,
            results
        );
    }
}
