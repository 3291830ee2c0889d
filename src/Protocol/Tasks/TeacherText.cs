using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Tasks;

/// <summary>
/// The teacher's own text: windows of a fixed number of tokens sampled from the teacher. There is no gold solution; a
/// student is measured by how well it predicts held-out windows and how often it agrees with the teacher there.
/// </summary>
[Named("teacher-text", "windows of the teacher's own text, of a fixed number of tokens")]
public sealed record TeacherText : ITask
{
    /// <summary>Tokens of a window, the begin-of-sequence token not counted.</summary>
    [Key("tokens", "tokens of a window", Low = 8, High = 4096)]
    public int Tokens { get; init; } = 128;

    /// <inheritdoc/>
    public TaskContent Content => TaskContent.OwnText;

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics { get; } = [Metric.BitsPerToken, Metric.Agreement];

    /// <inheritdoc/>
    public bool HasOneAnswer => false;

    /// <inheritdoc/>
    public bool HasTraining => true;

    /// <inheritdoc/>
    public string Alphabet => "";

    /// <inheritdoc/>
    public IReadOnlyList<FileReference> Files => [];

    /// <inheritdoc/>
    public int? LongestWritten => null;

    /// <inheritdoc/>
    public int WindowTokens => Tokens;

    /// <inheritdoc/>
    public int? MostProblems(Split split, int wanted) => null;

    /// <inheritdoc/>
    public IEnumerable<SampleLength> Lengths(Keep keep, int count) =>
        Enumerable.Repeat(new SampleLength(Tokens, Tokens), count);
}
