using Bench.Protocol.Ledger;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;

namespace Bench.Cli.Execution;

/// <summary>
/// Whether an experiment's primary contrast was registered before its first run, as far as git's history shows.
/// </summary>
internal static class RegistrationCheck
{
    /// <summary>The registration of an experiment file; null where there is none.</summary>
    internal static string? FileOf(string experimentFile)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(experimentFile))!, Registration.FileName);
        return File.Exists(path) ? path : null;
    }

    /// <summary>A sentence for the report.</summary>
    internal static string Say(ExperimentSpec spec, string experimentFile, Results results)
    {
        if (FileOf(experimentFile) is not { } file)
            return spec.Contrasts.Count == 0
                ? "No contrast was declared: each method is compared with its baseline."
                : "Contrasts are declared in the experiment's file; none was registered before the first run.";
        var registration = Registration.Read(file);
        if (registration.Departures(spec) is { Count: > 0 } departures)
            return $"The experiment departs from its registration: {string.Join(", ", departures)}.";
        var runs = results.Runs.Where(run => run.Status == RunRow.Ok && run.Seed is not null).ToArray();
        var contrast = $"{registration.Primary} at {registration.Budget}";
        if (runs.Length == 0)
            return $"Registered: {contrast}; commit {Registration.FileName} before the first run.";
        var first = runs.MinBy(run => run.StartedUtc, StringComparer.Ordinal)!.Commit;
        return SourceTree.Holds(first, file)
            ? $"Registered before the first run: {contrast} ({Registration.FileName} is in commit {first[..12]}, by "
                + "which the first run was made). A signed tag or a time-stamped archive of that commit shows it to "
                + "others."
            : $"Declared, not registered: {Registration.FileName} is not in the commit of the first run, or was "
                + "changed since.";
    }
}
