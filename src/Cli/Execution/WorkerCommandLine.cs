using System.Globalization;
using Bench.Lab.Runs;

namespace Bench.Cli.Execution;

/// <summary>How a unit's process is started, here or on another machine of a cluster.</summary>
internal sealed class WorkerCommandLine(string snapshot, string experimentFile, int threads, CodeVersion code, string store)
{
    /// <summary>Threads of the process.</summary>
    internal int Threads => threads;

    /// <summary>The command before the unit's fingerprint.</summary>
    internal IReadOnlyList<string> Before { get; init; } = [Environment.ProcessPath!, typeof(WorkerCommandLine).Assembly.Location, "worker"];

    /// <summary>The command after it.</summary>
    internal IReadOnlyList<string> After { get; } = ["--spec", snapshot, "--of", experimentFile];

    /// <summary>What differs from this process's environment.</summary>
    internal IReadOnlyDictionary<string, string> Environs { get; } = new Dictionary<string, string>
    {
        // One unit, one process, that many threads: BLAS threads times OpenMP threads would fight over the cores.
        ["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture),
        ["OPENBLAS_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture),
        [Workplace.StoreVariable] = store,
        [Workplace.CommitVariable] = code.Dirty ? code.Commit + Workplace.DirtyMark : code.Commit,
    };
}
