using System.CommandLine;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;

namespace Bench.Cli.Commands;

/// <summary>Arguments that several commands share.</summary>
internal static class Arguments
{
    internal static Argument<string> Experiment() => new("experiment") { Description = "A folder under experiments/, or a path to an experiment.yaml." };

    internal static Option<string?> Output() => new("--out") { Description = "The folder for results (default: results/<name>)." };

    internal static ResultsFolder ResultsOf(Workplace place, ExperimentSpec spec, string? output) =>
        output is { Length: 0 } ? throw new SpecException(null, "--out is empty", "name a folder") : new(output ?? Path.Combine(place.Root, "results", spec.Name));
}
