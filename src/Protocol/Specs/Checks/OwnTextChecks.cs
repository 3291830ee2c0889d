using Bench.Protocol.Reading;
using Bench.Protocol.Signals;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Checks;

/// <summary>The limits of experiments with a teacher's own text.</summary>
internal sealed class OwnTextChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        if (spec.Content != TaskContent.OwnText)
            yield break;
        foreach (var stranger in spec.Teachers.Skip(1).Where(teacher => teacher.Of != spec.Teachers[0].Name))
            yield return new SpecException(
                stranger.LicenceLocation,
                $"students of teacher-text are measured on their own teacher's text, and '{stranger.Name}' is "
                    + $"another one than '{spec.Teachers[0].Name}'",
                "keep one teacher, and others that are the same in another form (of:)"
            );
        if (spec.Methods.Any(method => method.IsBaseline))
            yield return new SpecException(
                root.LocationOfKey("baselines"),
                "teacher-text has no gold solutions to make a baseline from",
                "remove baselines:"
            );
        if (spec.Teachers[0].Kind is not (TeacherKind.Checkpoint or TeacherKind.Onnx))
            yield return new SpecException(
                spec.Teachers[0].LicenceLocation,
                "a teacher cannot be trained on its own text, and students are measured by what it makes of it",
                "use checkpoint: or onnx:"
            );
        foreach (var error in spec.Methods.SelectMany(method => OfMethod(spec, root, method)))
            yield return error;
        foreach (var speller in spec.Students.Where(student => student.Bytes))
            yield return new SpecException(
                root.LocationOfKey("students"),
                $"student '{speller.Name}' spells in bytes, and teacher-text measures it on the teacher's tokens",
                "remove tokenizer"
            );
        if (spec.Evaluation is { Confidence: true } or { Agreement: true } or { Likelihood: true } or { PassAt: > 0 })
            yield return new SpecException(
                root.LocationOfKey("evaluation"),
                "teacher-text is measured by bits per token and agreement",
                "remove confidence, agreement, likelihood and pass-at"
            );
    }

    private static IEnumerable<SpecException> OfMethod(ExperimentSpec spec, SpecMapping root, MethodSpec method)
    {
        foreach (
            var sampling in spec
                .Teachers.Where(method.LearnsFrom)
                .Select(teacher => method.Sampling ?? teacher.Sampling)
        )
        {
            if (sampling.Temperature == 0)
                yield return new SpecException(
                    spec.Teachers[0].LicenceLocation,
                    "a greedy teacher writes the same text every time",
                    "add sampling: { temperature: 1 }"
                );
            if (sampling.Select == Selection.Correct || sampling.Samples > 1)
                yield return new SpecException(
                    method.Location,
                    "teacher-text has no prompts to sample several responses to",
                    "raise prompts instead"
                );
            if (method.Answers == Keep.Answer)
                yield return new SpecException(
                    root.LocationOfKey("methods"),
                    "teacher-text has no answers to keep",
                    "use keep: trace"
                );
        }
    }
}
