using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Objectives;

/// <summary>Negative log-likelihood of a text: sequence-level distillation where the text is the teacher's.</summary>
[Named("cross-entropy", "negative log-likelihood of the text")]
public sealed record CrossEntropy : Objective
{
    /// <inheritdoc/>
    public override string Paper => "Kim and Rush 2016, section 3.2";

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Signals => [typeof(Responses)];
}
