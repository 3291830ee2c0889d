using Bench.Protocol.Reading;

namespace Bench.Protocol.Signals;

/// <summary>
/// k draws from the teacher's distribution at each token of its text, with importance weights: unbiased (Anshumann et
/// al. 2025).
/// </summary>
[Named("sampled", "k draws from the teacher's probabilities at each token of its text, with importance weights")]
public sealed record Sampled : Signal
{
    [Key("k", "draws at each token", Low = 1, High = 4096)]
    public int K { get; init; } = 8;

    /// <summary>Draws come from the teacher's probabilities to this power, made to sum to 1.</summary>
    [Key("proposal", "the power of the probabilities that draws come from", Low = 0, High = 1)]
    public double Proposal { get; init; } = 1;

    /// <inheritdoc/>
    public override TeacherAccess Asks => TeacherAccess.Reading;

    /// <inheritdoc/>
    public override int Entries => K;
}
