using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>A task of problems with gold solutions, whose answers are graded.</summary>
public abstract record SolvableTask : ITask
{
    /// <inheritdoc/>
    public abstract Inputs Inputs { get; }

    /// <inheritdoc/>
    public virtual IReadOnlyList<Metric> Metrics => [Metric.Accuracy];

    /// <summary>Whether one answer is right, so that a model's probability of its own answer is one of being right.</summary>
    public virtual bool HasOneAnswer => true;

    /// <summary>1 when the response is as the gold solution has it, else 0.</summary>
    public abstract double Grade(Problem problem, string response);

    /// <summary>What a response scores by one of the task's metrics, 0 to 1.</summary>
    public virtual double Measure(Metric metric, Problem problem, string response) => Grade(problem, response);
}
