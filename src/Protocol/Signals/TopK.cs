using Bench.Protocol.Reading;

namespace Bench.Protocol.Signals;

/// <summary>The teacher's k largest probabilities at each token of its text; the others are one lump.</summary>
[Named("top-k", "the teacher's k largest probabilities at each token of its text")]
public sealed record TopK : Signal
{
    [Key("k", "probabilities kept at each token", Low = 1, High = 4096)]
    public int K { get; init; } = 8;

    /// <inheritdoc/>
    public override TeacherAccess Asks => TeacherAccess.OwnProbabilities;

    /// <inheritdoc/>
    public override int Entries => K;
}
