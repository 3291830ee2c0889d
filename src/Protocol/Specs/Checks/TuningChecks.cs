using Bench.Protocol.Costs;
using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Tuning beside what is measured and what is charged.</summary>
internal sealed class TuningChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        if (spec.Tuning is not null && spec.Evaluation.Split == Split.Validation)
            yield return new SpecException(
                root.LocationOfKey("evaluation"),
                "learning rates are chosen on validation items, and results on the same items would flatter them",
                "use split: test, or remove tuning"
            );
        if (spec.Tuning is null && spec.Boundary.Counts(ChargeKind.Tuning))
            yield return new SpecException(
                root.LocationOfKey("boundary"),
                "nothing is tuned in this experiment",
                "remove tuning, or add tuning: { learning-rates: [...] }"
            );
    }
}
