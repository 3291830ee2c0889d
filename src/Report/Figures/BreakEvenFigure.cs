using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Report.Style;

namespace Bench.Report.Figures;

/// <summary>
/// The cost of a student of nine tenths of its teacher's score, its teacher's part shared among a number of students,
/// in relation to the same student by each way without a teacher.
/// </summary>
internal static class BreakEvenFigure
{
    private const double Share = 0.9;
    private const int Points = 25;

    internal static void Draw(ExperimentSpec spec, ResultsFolder folder, Results results)
    {
        var targets = Targets.Of(spec, results).Where(row => row.ShareOfTeacher == Share).ToArray();
        foreach (
            var block in targets
                .Where(row => row.BreakEvenStudents is not null && row.Boundary == Targets.WithTraining)
                .GroupBy(row => (row.Task, row.Student, row.Against))
        )
        {
            var (task, student, against) = block.Key;
            var name =
                $"cost-over-students-{against}"
                + (spec.Tasks.Count > 1 ? "-" + task : "")
                + (spec.Students.Count > 1 ? "-" + student : "");
            var curves = Curves(
                spec,
                [.. targets.Where(row => row.Task == task && row.Student == student)],
                [.. block]
            );
            new CurveFigure
            {
                X = "students that share the teacher",
                Y = $"cost of a student, {against} = 1",
                Styles = MethodLook.Of(spec, curves.Keys),
                Lines = curves.ToDictionary(
                    curve => curve.Key,
                    curve => (IReadOnlyList<(double X, double Y)>)[.. curve.Value.Select(point => (point.X, point.Y))],
                    StringComparer.Ordinal
                ),
                Curves = curves.ToDictionary(
                    curve => curve.Key,
                    curve => (CurveFigure.Point[])[curve.Value[0], curve.Value[^1]],
                    StringComparer.Ordinal
                ),
                References = [new CurveFigure.Reference(against, 1)],
            }.Draw(folder, name);
            Captions.Write(
                folder,
                name,
                $"FLOPs for a student {student} that reaches {CurveFigure.Percent(Share)} of the teacher's "
                    + $"score on {task}, in relation to the same student by {against}, against "
                    + $"the number of students among which "
                    + "what the teacher did once is divided: its text and scores (use), or its training too "
                    + "(training). Where a line crosses 1 distilling becomes the cheaper. Read off mean curves; "
                    + "intervals of the crossings are in targets.csv.",
                spec,
                [.. results.Summary.Where(row => row.Student == student && row.Task == task)],
                results
            );
        }
    }

    // The cost of a student over the number that share the teacher, by method and by the teacher's part in it.
    private static Dictionary<string, CurveFigure.Point[]> Curves(
        ExperimentSpec spec,
        TargetRow[] targets,
        TargetRow[] block
    )
    {
        double? Cost(string method, string teacher, string boundary) =>
            targets
                .FirstOrDefault(row => row.Method == method && row.Teacher == teacher && row.Boundary == boundary)
                ?.Flops;
        var most = Math.Pow(10, Math.Ceiling(Math.Log10(3 * block.Max(row => row.BreakEvenStudents!.Value))));
        var curves = new Dictionary<string, CurveFigure.Point[]>(StringComparer.Ordinal);
        foreach (var row in block)
        foreach (var boundary in (string[])[Targets.WithUse, Targets.WithTraining])
        {
            if (
                Cost(row.Method, row.Teacher, boundary) is not { } whole
                || Cost(row.Method, row.Teacher, Targets.StudentOnly) is not { } own
                || Cost(row.Against, "", Targets.StudentOnly) is not { } alone
            )
                continue;
            var part = boundary == Targets.WithUse ? "use" : "training";
            curves[$"{Labels.Of(spec, row.Teacher, row.Method)}, {part}"] =
            [
                .. Enumerable
                    .Range(0, Points)
                    .Select(i => Math.Pow(most, i / (Points - 1.0)))
                    .Select(students => new CurveFigure.Point(
                        students,
                        ((whole - own) / students + own) / alone,
                        null,
                        null
                    )),
            ];
        }

        return curves;
    }
}
