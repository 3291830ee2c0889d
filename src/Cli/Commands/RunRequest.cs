namespace Bench.Cli.Commands;

/// <summary>A person's request to bench run.</summary>
/// <param name="Experiment">Its folder, name or file.</param>
/// <param name="Output">The folder of results; null for the experiment's own.</param>
/// <param name="OnCluster">Whether units are jobs of a Slurm cluster, and not processes of this machine.</param>
/// <param name="Jobs">Units that run at a time; null leaves it to the executor.</param>
/// <param name="Seeds">The chosen seeds, between commas; null for all.</param>
/// <param name="Pilot">Seeds of a pilot; null for the experiment itself.</param>
/// <param name="Quiet">Whether only what went wrong is said.</param>
/// <param name="Json">Whether events are JSON objects.</param>
internal sealed record RunRequest(
    string Experiment,
    string? Output,
    bool OnCluster,
    int? Jobs,
    string? Seeds,
    int? Pilot,
    bool Quiet,
    bool Json
);
