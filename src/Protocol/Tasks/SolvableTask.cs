using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Tasks;

/// <summary>A task of problems with gold solutions, whose answers are graded.</summary>
public abstract record SolvableTask : ITask
{
    /// <inheritdoc/>
    public abstract TaskContent Content { get; }

    /// <inheritdoc/>
    public virtual IReadOnlyList<Metric> Metrics => [Metric.Accuracy];

    /// <inheritdoc/>
    public virtual bool HasOneAnswer => true;

    /// <inheritdoc/>
    public virtual bool HasTraining => true;

    /// <inheritdoc/>
    public virtual string Alphabet => "";

    /// <inheritdoc/>
    public virtual IReadOnlyList<FileReference> Files => [];

    /// <inheritdoc/>
    public virtual int? LongestWritten => null;

    /// <inheritdoc/>
    public int WindowTokens => 0;

    /// <inheritdoc/>
    public abstract int? MostProblems(Split split, int wanted);

    /// <inheritdoc/>
    public abstract IEnumerable<SampleLength> Lengths(Keep keep, int count);

    /// <summary>1 when the response is as the gold solution has it, else 0.</summary>
    public abstract double Grade(Problem problem, string response);

    /// <summary>The score of a response by one of the task's metrics, 0 to 1.</summary>
    public virtual double Measure(Metric metric, Problem problem, string response) => Grade(problem, response);
}
