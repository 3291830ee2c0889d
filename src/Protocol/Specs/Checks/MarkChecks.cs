using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Watermarks and canaries: they are put into text that is written here.</summary>
internal sealed class MarkChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        foreach (
            var (method, teacher) in spec.Methods.SelectMany(method =>
                spec.Teachers.Where(method.LearnsFrom).Select(teacher => (method, teacher))
            )
        )
        {
            var sampling = method.Sampling ?? teacher.Sampling;
            if (sampling.Watermark is null && sampling.Canaries is null)
                continue;
            if (!teacher.IsLocal)
                yield return new SpecException(
                    method.Location,
                    $"teacher '{teacher.Name}' writes elsewhere, and only text that is written here is marked",
                    "use a teacher with train:, checkpoint: or onnx:"
                );
            if (sampling.Canaries is not { } canaries)
                continue;
            if (spec.Tasks[0].Task is not { Content: TaskContent.OwnText } text)
            {
                yield return new SpecException(
                    method.Location,
                    "canaries are planted in free text, and these tasks have answers",
                    "use the task teacher-text, or remove canaries"
                );
                continue;
            }

            var window = text.WindowTokens;
            if (canaries.Tokens > window)
                yield return new SpecException(
                    method.Location,
                    $"canaries of {canaries.Tokens} tokens do not fit into windows of {window}",
                    "make them shorter"
                );
            if ((long)canaries.Count * canaries.Repeats > spec.Prompts)
                yield return new SpecException(
                    method.Location,
                    $"{canaries.Count} canaries in {canaries.Repeats} windows each need more than {spec.Prompts} "
                        + $"windows",
                    "raise prompts, or lower count or repeats"
                );
        }
    }
}
