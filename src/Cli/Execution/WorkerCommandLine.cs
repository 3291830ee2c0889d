using System.Globalization;
using Bench.Lab.UnitExecution;
using Bench.Protocol.Plans;

namespace Bench.Cli.Execution;

/// <summary>How a unit's process is started, here or on another machine of a cluster.</summary>
internal sealed class WorkerCommandLine(
    string snapshot,
    string experimentFile,
    int threads,
    CodeVersion code,
    string store
)
{
    /// <summary>The option by which a worker is told its unit's seed.</summary>
    internal const string WorkerSeed = "--seed";

    /// <summary>Threads of the process.</summary>
    internal int Threads => threads;

    /// <summary>The command before the unit's fingerprint.</summary>
    internal IReadOnlyList<string> Before { get; init; } =
    [Environment.ProcessPath!, typeof(WorkerCommandLine).Assembly.Location, "worker"];

    /// <summary>
    /// The words that name a unit: with its seed, where it has one, so that the process need not plan the others.
    /// </summary>
    internal static IReadOnlyList<string> Naming(UnitOfWork unit) =>
        unit is StudentUnit student
            ? [unit.Fingerprint.Text, WorkerSeed, student.Seed.ToString(CultureInfo.InvariantCulture)]
            : [unit.Fingerprint.Text];

    /// <summary>The command after it.</summary>
    internal IReadOnlyList<string> After { get; } = ["--spec", snapshot, "--of", experimentFile];

    /// <summary>The differences from this process's environment.</summary>
    internal IReadOnlyDictionary<string, string> EnvironmentVariables { get; } =
        new Dictionary<string, string>
        {
            // One unit, one process, that many threads: MKL's threads times OpenMP's would fight over the cores.
            ["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture),
            ["MKL_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture),
            [Workplace.StoreVariable] = store,
            [Workplace.CommitVariable] = code.Dirty ? code.Commit + Workplace.DirtyMark : code.Commit,
        };
}
