using System.Globalization;
using Bench.Lab.Runs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Specs;

namespace Bench.Cli.Execution;

/// <summary>The outcome of a unit that failed: its reason and the time that it cost.</summary>
internal static class FailedOutcome
{
    internal static Outcome Of(ExperimentSpec spec, CodeVersion code, string reason, double seconds) => new()
    {
        Status = UnitStatus.Failed,
        Error = reason,
        Circumstances = new Circumstances
        {
            StartedUtc = TimeProvider.System.GetUtcNow().AddSeconds(-seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            Seconds = seconds,
            PeakRssBytes = null,
            Device = spec.Device,
            Provider = code.Provider,
            Commit = code.Commit,
            Dirty = code.Dirty,
        },
    };
}
