using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Objectives;

/// <summary>The policy gradient of the sequence-level reverse divergence.</summary>
[Named("policy-gradient", "MiniLLM's policy gradient of the reverse divergence of whole responses")]
public sealed record PolicyGradient : Objective
{
    [Key(
        "teacher-mix",
        "the teacher's share in the distribution that text is drawn from",
        Low = 0,
        High = 0.99,
        Neutral = 0
    )]
    public double TeacherMix { get; init; } = 0.2;

    /// <inheritdoc/>
    public override string Paper => "Gu et al. 2024, MiniLLM, equations 3 to 8";

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Signals => [typeof(OnPolicy)];

    internal override void CheckWith(Signal signal, SpecMapping section)
    {
        foreach (var key in (string[])["lambda", "replay", "fresh"])
            if (section.Has(key))
                section.Note(
                    new SpecException(
                        section.LocationOfKey(key),
                        "a policy gradient learns only from what the student writes now",
                        $"remove {key}"
                    )
                );
    }
}
