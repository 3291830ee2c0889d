using Bench.Protocol.Detection;
using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Detection: it looks for marks in what a student makes of its teacher's text.</summary>
internal sealed class DetectionChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        if (spec.Evaluation.Detection is not { } detection)
            yield break;
        if (spec.Tasks[0].Task is not { Content: TaskContent.OwnText } text)
        {
            yield return new SpecException(
                root.LocationOfKey("evaluation"),
                "detection reads a teacher's text, and these tasks have answers",
                "use the task teacher-text, or remove detection"
            );
            yield break;
        }

        if (detection.Probes[^1] > (long)spec.Evaluation.Items * text.WindowTokens)
            yield return new SpecException(
                root.LocationOfKey("evaluation"),
                $"{detection.Probes[^1]} probed tokens are more than {spec.Evaluation.Items} windows of "
                    + $"{text.WindowTokens} hold",
                "raise items, or probe fewer tokens"
            );
        foreach (
            var method in spec.Methods.Where(method => IsOther(method.Sampling ?? spec.Teachers[0].Sampling, detection))
        )
            yield return new SpecException(
                method.Location,
                $"method '{method.Name}' carries marks of key {detection.Key} that detection would not find: gamma, "
                    + $"or the number or length of canaries, is another",
                "make them equal in sampling and in detection"
            );
        if (spec.Teachers[0].Sampling.Watermark is not null)
            yield return new SpecException(
                spec.Teachers[0].LicenceLocation,
                "the text that students are probed with would carry the mark itself",
                "give the methods their own sampling with the watermark, and the teacher none"
            );
    }

    private static bool IsOther(SamplingSpec sampling, DetectionSpec detection) =>
        (sampling.Watermark is { } mark && mark.Key == detection.Key && mark.Gamma != detection.Gamma)
        || (
            sampling.Canaries is { } canaries
            && canaries.Key == detection.Key
            && (canaries.Count != detection.Canaries || canaries.Tokens != detection.CanaryTokens)
        );
}
