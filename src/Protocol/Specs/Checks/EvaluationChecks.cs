using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Measures that need something of the teachers or the students.</summary>
internal sealed class EvaluationChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        if (spec.Evaluation is { Confidence: true, Sampling.Samples: > 1 })
            yield return new SpecException(
                root.LocationOfKey("evaluation"),
                "confidence is that of one response to each item",
                "remove samples or confidence"
            );
        if (
            spec.Evaluation.Agreement
            && (spec.Teachers.Any(teacher => !teacher.IsLocal) || spec.Students.Any(student => student.Bytes))
        )
            yield return new SpecException(
                root.LocationOfKey("evaluation"),
                "agreement needs a teacher with probabilities and students with its tokens",
                "remove agreement"
            );
    }
}
