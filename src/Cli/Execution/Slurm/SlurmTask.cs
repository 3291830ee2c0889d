namespace Bench.Cli.Execution.Slurm;

/// <summary>A task of an array as Slurm sees it.</summary>
/// <param name="Job">The number of the array.</param>
/// <param name="Batch">The name of the array, which is its folder's.</param>
/// <param name="Index">Its place in the array.</param>
/// <param name="State">Slurm's word for how it is, e.g. RUNNING.</param>
/// <param name="Reason">Slurm's word for why it waits, e.g. Resources.</param>
internal sealed record SlurmTask(string Job, string Batch, int Index, string State, string Reason)
{
    // Tasks that wait for these wait until somebody does something.
    private static readonly HashSet<string> Stuck = new(StringComparer.Ordinal)
    {
        "PartitionTimeLimit",
        "PartitionNodeLimit",
        "PartitionDown",
        "PartitionInactive",
        "JobHeldUser",
        "JobHeldAdmin",
        "BadConstraints",
        "AccountNotAllowed",
        "QOSNotAllowed",
        "InvalidAccount",
        "InvalidQOS",
        "NodeDown",
        "ReqNodeNotAvail",
        "Licenses",
    };

    // Whatever else Slurm says, it is not over: pending, running, completing, requeued, suspended, …
    private static readonly HashSet<string> Over = new(StringComparer.Ordinal)
    {
        "COMPLETED",
        "FAILED",
        "TIMEOUT",
        "NODE_FAIL",
        "PREEMPTED",
        "BOOT_FAIL",
        "DEADLINE",
        "OUT_OF_MEMORY",
        "CANCELLED",
        "REVOKED",
    };

    internal bool IsOver => Over.Contains(State);

    internal bool IsRunning => State == "RUNNING";

    internal bool IsStuck => State == "PENDING" && Stuck.Contains(Reason);
}
