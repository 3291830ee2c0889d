using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>A capability that can be measured. The name is the experiment's; the kind is the class.</summary>
public interface ITask
{
    /// <summary>The options that its problems and its scores depend on.</summary>
    Inputs Inputs { get; }

    /// <summary>The metrics that scores of this task carry; the first is the one that figures show.</summary>
    IReadOnlyList<Metric> Metrics { get; }
}
