using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>
/// The teacher's own text: windows of a fixed number of tokens sampled from the teacher. There is no gold solution; a student is measured by
/// how well it predicts held-out windows and how often it agrees with the teacher there.
/// </summary>
[TaskKind("teacher-text")]
public sealed record TeacherText : ITask
{
    public TeacherText(TaskOptions options) => Tokens = options.Integer("tokens", 128, 8, 4096);

    /// <summary>Tokens of a window, the begin-of-sequence token not counted.</summary>
    public int Tokens { get; }

    /// <inheritdoc/>
    public Inputs Inputs => new() { { "tokens", Tokens } };

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics { get; } = [Metric.BitsPerToken, Metric.Agreement];
}
