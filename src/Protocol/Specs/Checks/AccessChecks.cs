using System.Globalization;
using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Requests that a kind of teacher cannot meet.</summary>
internal sealed class AccessChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        foreach (
            var (method, teacher) in spec.Methods.SelectMany(method =>
                spec.Teachers.Where(method.LearnsFrom).Select(teacher => (method, teacher))
            )
        )
        {
            foreach (var (problem, remedy) in Lacking(method, teacher).Take(1))
                yield return new SpecException(method.Location, $"method '{method.Name}' {problem}", remedy);
        }
    }

    private static IEnumerable<(string Problem, string Remedy)> Lacking(MethodSpec method, TeacherSpec teacher)
    {
        if (method.Signal.NeedsProbabilities && teacher.Gives == TeacherAccess.Text)
            yield return (
                $"needs probabilities, and teacher '{teacher.Name}' is recorded text without them",
                "use signal: text, or a teacher with checkpoint: or train:, or name its teachers"
            );
        if (method.Signal.Asks == TeacherAccess.Activations && teacher.Gives < TeacherAccess.Activations)
            yield return (
                $"needs activations, and teacher '{teacher.Name}' does not show them",
                "use a teacher with checkpoint: or train:, or name its teachers"
            );
        if (method.Signal.Asks == TeacherAccess.Reading && teacher.Gives < TeacherAccess.Reading)
            yield return (
                $"has texts scored that are not the teacher's own, and endpoint '{teacher.Name}' scores only what it "
                    + $"writes",
                "use signal: text or top-k"
            );
        if (teacher.Endpoint is not { } endpoint)
            yield break;
        if ((method.Sampling ?? teacher.Sampling).Select == Selection.Likeliest)
            yield return (
                $"chooses by likelihood, and endpoint '{teacher.Name}' scores only what it writes",
                "use select: all or correct"
            );
        if (method.Signal.Entries > endpoint.TopLogprobs)
            yield return (
                $"asks for k = {method.Signal.Entries}, and endpoint '{teacher.Name}' gives {endpoint.TopLogprobs} "
                    + $"log-probabilities",
                "lower k, or raise the endpoint's top-logprobs if its server gives more"
            );
        if (method.Signal.NeedsProbabilities && method.Objective.TeacherTemperature != 1)
            yield return (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"asks for probabilities at temperature {method.Objective.TeacherTemperature}, and endpoint "
                        + $"'{teacher.Name}' gives them at 1"
                ),
                "remove temperature"
            );
        if (method.Signal.NeedsProbabilities && method.Keep == Keep.Answer)
            yield return (
                $"asks endpoint '{teacher.Name}' for probabilities of the answer alone, and it scores only what it "
                    + $"writes",
                "use keep: trace"
            );
    }
}
