using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Checks;

/// <summary>The needs of benchmarks, whose problems no alphabet spells.</summary>
internal sealed class WordChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        if (!spec.Content.IsGraded())
            yield break;
        foreach (
            var teacher in spec.Teachers.Where(teacher =>
                teacher.Checkpoint is { Path: var path } && path.EndsWith(".bin", StringComparison.Ordinal)
            )
        )
            yield return new SpecException(
                teacher.Checkpoint!.Location,
                "a llama2.c teacher has its own tokens, and these tasks are spelt in characters",
                "use the task teacher-text"
            );
        if (spec.Tasks.All(task => task.Task.Content != TaskContent.Words))
            yield break;
        foreach (var trained in spec.Teachers.Where(teacher => teacher.Kind == TeacherKind.Trained))
            yield return new SpecException(
                trained.LicenceLocation,
                $"teacher '{trained.Name}' is trained here, and a benchmark's problems need a tokenizer of words",
                "use checkpoint:, onnx:, endpoint: with a tokenizer, or traces:"
            );
        if (
            spec.Teachers[0]
            is { Kind: TeacherKind.Traces, Traces.Tokenizer: null }
                or { Kind: TeacherKind.Endpoint, Endpoint.Tokenizer: null }
        )
            yield return new SpecException(
                spec.Teachers[0].LicenceLocation,
                $"nobody says how teacher '{spec.Teachers[0].Name}' spells a benchmark's problems",
                "add tokenizer: { path: … } to its endpoint: or traces:, or put a teacher with a checkpoint first"
            );
        if (spec.Tasks.All(task => !task.Task.HasTraining))
            yield return new SpecException(
                root.LocationOfKey("tasks"),
                "none of these tasks has anything to learn from",
                "add one that has, such as gsm8k"
            );
    }
}
