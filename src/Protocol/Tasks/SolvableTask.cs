namespace Bench.Protocol.Tasks;

/// <summary>A task of problems with gold solutions, whose answers are graded.</summary>
public abstract record SolvableTask : ITask
{
    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics { get; } = [Metric.Accuracy];

    /// <summary>1 when the response's final answer is the gold answer, else 0.</summary>
    public abstract double Grade(Problem problem, string response);
}
