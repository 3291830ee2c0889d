using Bench.Lab.UnitExecution;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Bench.Protocol.Store;

namespace Bench.Cli.Execution;

/// <summary>Makes the outcomes of units that failed: the reason, and what every attempt cost.</summary>
internal sealed class FailedOutcome(ExperimentSpec spec, CodeVersion code, ContentStore store)
{
    /// <param name="unit">The unit.</param>
    /// <param name="reason">One line.</param>
    /// <param name="seconds">How long this attempt took; null for what its own record says.</param>
    internal Outcome Of(UnitOfWork unit, string reason, double? seconds)
    {
        var attempts = AttemptFile.Of(store, unit.Fingerprint.Text);
        var took = seconds ?? attempts.LastOrDefault()?.Seconds ?? 0;
        return new Outcome
        {
            Status = UnitStatus.Failed,
            Error = reason,
            Lost = attempts,
            Circumstances = new Circumstances
            {
                StartedUtc = Timestamp.Of(TimeProvider.System.GetUtcNow().AddSeconds(-took)),
                Seconds = took,
                PeakRssBytes = null,
                Device = spec.Device,
                Tensors = code.Tensors,
                Commit = code.Commit,
                Dirty = code.Dirty,
            },
        };
    }
}
