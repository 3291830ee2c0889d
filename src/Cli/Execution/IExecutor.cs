using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;

namespace Bench.Cli.Execution;

/// <summary>Runs units somewhere, each after what it needs. A unit that fails leaves the others running.</summary>
internal interface IExecutor
{
    /// <summary>Runs what is not in the store yet.</summary>
    /// <param name="units">In an order in which each comes after what it needs.</param>
    /// <param name="finished">Told of each unit as it ends, one at a time.</param>
    /// <param name="cancel">Stops what runs.</param>
    Task Run(IReadOnlyList<UnitOfWork> units, Action<UnitOfWork, Outcome> finished, CancellationToken cancel);
}
