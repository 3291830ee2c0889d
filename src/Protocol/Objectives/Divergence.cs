using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Objectives;

/// <summary>
/// A divergence of the student's distribution from the teacher's at each token, at a temperature T and multiplied by
/// T².
/// </summary>
public abstract record Divergence : Objective
{
    [Key(
        "temperature",
        "temperature of both distributions; the loss is multiplied by its square",
        Low = 0.05,
        High = 100
    )]
    public double Temperature { get; init; } = 1;

    [Key("cross-entropy-weight", "share of cross-entropy on the text in the loss", Low = 0, High = 0.99, Neutral = 0)]
    public double CrossEntropyWeight { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Signals => [typeof(TopK), typeof(OnPolicy)];

    /// <inheritdoc/>
    public override double TeacherTemperature => Temperature;

    /// <inheritdoc/>
    public override double TextShare => CrossEntropyWeight;

    internal override void CheckWith(Signal signal, SpecMapping section)
    {
        if (!signal.IsLive || !section.Has("cross-entropy-weight"))
            return;
        throw new SpecException(
            section.LocationOfKey("cross-entropy-weight"),
            "the student's own text is no text to imitate",
            "remove cross-entropy-weight"
        );
    }
}
