using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Report.Style;

namespace Bench.Report.Figures;

/// <summary>
/// What a student of nine tenths of its teacher's score costs, its teacher's part shared among a number of students, in
/// relation to the same student by each way without a teacher.
/// </summary>
internal static class BreakEvenFigure
{
    private const double Share = 0.9;

    internal static void Draw(ExperimentSpec spec, ResultsFolder folder, Results results)
    {
        var targets = Targets.Of(spec, results).Where(row => row.ShareOfTeacher == Share).ToArray();
        foreach (
            var block in targets
                .Where(row => row.BreakEvenStudents is not null && row.Boundary == Targets.WithTraining)
                .GroupBy(row => (row.Task, row.Student, row.Against))
        )
        {
            double? Cost(string method, string teacher, string boundary) =>
                targets
                    .FirstOrDefault(row =>
                        (row.Task, row.Student) == (block.Key.Task, block.Key.Student)
                        && row.Method == method
                        && row.Teacher == teacher
                        && row.Boundary == boundary
                    )
                    ?.Flops;
            var most = Math.Pow(10, Math.Ceiling(Math.Log10(3 * block.Max(row => row.BreakEvenStudents!.Value))));
            var curves = new Dictionary<string, CurveFigure.Point[]>(StringComparer.Ordinal);
            foreach (var row in block)
            {
                var (own, alone) = (
                    Cost(row.Method, row.Teacher, Targets.StudentOnly),
                    Cost(row.Against, "", Targets.StudentOnly)
                );
                foreach (var boundary in (string[])[Targets.WithUse, Targets.WithTraining])
                {
                    if (Cost(row.Method, row.Teacher, boundary) is not { } whole || own is null || alone is null)
                        continue;
                    curves[
                        $"{Labels.Of(spec, row.Teacher, row.Method)}, "
                            + $"{(boundary == Targets.WithUse ? "use" : "training")}"
                    ] =
                    [
                        .. Enumerable
                            .Range(0, 25)
                            .Select(i => Math.Pow(most, i / 24.0))
                            .Select(students => new CurveFigure.Point(
                                students,
                                ((whole - own.Value) / students + own.Value) / alone.Value,
                                null,
                                null
                            )),
                    ];
                }
            }

            var name =
                $"cost-over-students"
                + $"-{block.Key.Against}{(spec.Tasks.Count > 1 ? "-" + block.Key.Task : "")}"
                + $"{(spec.Students.Count > 1 ? "-" + block.Key.Student : "")}";
            var lines = curves.ToDictionary(
                curve => curve.Key,
                curve => (IReadOnlyList<(double X, double Y)>)[.. curve.Value.Select(point => (point.X, point.Y))],
                StringComparer.Ordinal
            );
            new CurveFigure
            {
                X = "students that share the teacher",
                Y = $"cost of a student, {block.Key.Against} = 1",
                Styles = MethodLook.Of(spec, curves.Keys),
                Lines = lines,
                Curves = curves.ToDictionary(
                    curve => curve.Key,
                    curve => (CurveFigure.Point[])[curve.Value[0], curve.Value[^1]],
                    StringComparer.Ordinal
                ),
                References = [new CurveFigure.Reference(block.Key.Against, 1)],
            }.Draw(folder, name);
            Captions.Write(
                folder,
                name,
                $"FLOPs for a student {block.Key.Student} that reaches {CurveFigure.Percent(Share)} of the teacher's "
                    + $"score on {block.Key.Task}, in relation to the same student by {block.Key.Against}, against "
                    + $"the number of students among which "
                    + "what the teacher did once is divided: its text and scores (use), or its training too "
                    + "(training). Where a line crosses 1 distilling becomes the cheaper. Read off mean curves; "
                    + "intervals of the crossings are in targets.csv.",
                spec,
                [.. results.Summary.Where(row => row.Student == block.Key.Student && row.Task == block.Key.Task)],
                results
            );
        }
    }
}
