using Bench.Protocol.Reading;
using Bench.Protocol.Signals;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Checks;

/// <summary>The limits of experiments with images.</summary>
internal sealed class ImageChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        if (spec.Content != TaskContent.Images)
            return [];
        return
        [
            .. spec.Teachers.SelectMany(OfTeacher),
            .. spec
                .Students.Where(student => student.Model.Hidden is null || student.Bytes)
                .Select(student => new SpecException(
                    root.LocationOfKey("students"),
                    $"student '{student.Name}' of digits must be a perceptron",
                    "give model: { hidden: [...] }"
                )),
            .. spec.Methods.SelectMany(method => OfMethod(method, root)),
            .. OfEvaluation(spec.Evaluation, root),
        ];
    }

    private static IEnumerable<SpecException> OfTeacher(TeacherSpec teacher)
    {
        if (teacher.Training?.Model.Hidden is null)
            yield return new SpecException(
                teacher.LicenceLocation,
                $"teacher '{teacher.Name}' of digits must be a perceptron that is trained here",
                "give train: and model: { hidden: [...] }"
            );
        if (teacher.Sampling != SamplingSpec.Greedy)
            yield return new SpecException(
                teacher.LicenceLocation,
                $"teacher '{teacher.Name}' of digits labels images, and does not sample",
                "remove sampling"
            );
    }

    private static IEnumerable<SpecException> OfMethod(MethodSpec method, SpecMapping root)
    {
        if (method.IsBaseline && method.Keep == Keep.Trace)
            yield return new SpecException(
                root.LocationOfKey("baselines"),
                "a digit has no reasoning",
                "use gold-answers"
            );
        if (
            method.Signal.IsLive
            || method.Signal.Asks == TeacherAccess.Activations
            || method.SplitsTraces
            || !method.Objective.PairsTokens
            || method.Sampling is not null
        )
            yield return new SpecException(
                method.Location,
                $"method '{method.Name}' needs text, and digits are images",
                "use cross-entropy on text, or a divergence on top-k or sampled"
            );
    }

    private static IEnumerable<SpecException> OfEvaluation(EvaluationSpec evaluation, SpecMapping root)
    {
        if (
            evaluation
            is { Confidence: true }
                or { Agreement: true }
                or { Likelihood: true }
                or { PassAt: > 0 }
                or { Decode: not Decoding.Greedy }
        )
            yield return new SpecException(
                root.LocationOfKey("evaluation"),
                "digits are measured by accuracy",
                "keep items alone"
            );
    }
}
