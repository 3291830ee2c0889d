using Bench.Protocol.Reading;

namespace Bench.Protocol.Signals;

/// <summary>
/// The student's own text, scored by the teacher while the student trains (Agarwal et al. 2024, GKD, algorithm 1), some
/// of it replayed from a buffer of the latest (Ko et al. 2024, DistiLLM, section 3.2).
/// </summary>
[Named("on-policy", "the student's own text, scored by the teacher while the student trains")]
public sealed record OnPolicy : Signal, ICheckedSection
{
    /// <summary>The share of batches that are the student's own text; the others are the teacher's (GKD's λ).</summary>
    [Key(
        "lambda",
        "share of batches that are the student's own text; the others are the teacher's",
        Low = 0.01,
        High = 1
    )]
    public double Lambda { get; init; } = 1;

    /// <summary>How many of the student's own texts are kept for replay; 0 for none.</summary>
    [Key("replay", "how many of the student's own texts are kept for replay", Low = 0, High = 10_000_000)]
    public int Replay { get; init; }

    /// <summary>The share of the student's batches that are newly written; the others are replayed.</summary>
    [Key(
        "fresh",
        "share of the student's batches that are newly written; the others are replayed",
        Low = 0.01,
        High = 1
    )]
    public double Fresh { get; init; } = 0.5;

    /// <summary>The share of the student's batches that it writes anew: all of them without replay.</summary>
    public double NewShare => Replay == 0 ? 1 : Fresh;

    /// <inheritdoc/>
    public override TeacherAccess Asks => TeacherAccess.Reading;

    /// <inheritdoc/>
    public override bool IsLive => true;

    void ICheckedSection.Check(SpecMapping section)
    {
        if (Replay == 0 && section.Has("fresh"))
            throw new SpecException(
                section.LocationOfKey("fresh"),
                "'fresh' goes with replay",
                "add replay, or remove fresh"
            );
        if (Replay > 0 && Fresh >= 1)
            throw new SpecException(
                section.LocationOfKey("fresh"),
                "nothing is replayed when every batch is fresh",
                "lower fresh"
            );
    }
}
