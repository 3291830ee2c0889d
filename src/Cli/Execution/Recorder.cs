using Bench.Protocol.Ledger;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;

namespace Bench.Cli.Execution;

/// <summary>
/// Keeps the ledger up to date while units end. The store already holds every outcome, so the ledger may lag: it is
/// written now and then, and at the end; a run that was killed in between writes it when it is started again. Results
/// of an older version of the experiment, or of another machine, are replaced only when the new ones are complete; that
/// they were made otherwise is for the caller to say. Where a forecast of this machine is given, it is set beside what
/// units took here.
/// </summary>
internal sealed class Recorder(
    Plan plan,
    ResultsFolder results,
    Manifest manifest,
    bool otherwise,
    Forecast? forecast,
    IBoard board,
    TimeProvider clock
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <summary>Of thousands of runs, writing takes seconds: this many times as long passes before the next.</summary>
    private const int Rest = 20;

    private static readonly Dictionary<string, string> NoTeachers = [];

    private readonly Dictionary<string, Outcome> outcomes = new(StringComparer.Ordinal);
    private readonly List<TimingRow> timings = [];
    private readonly string began = Timestamp.Of(clock.GetUtcNow());
    private readonly bool replaces =
        Recording.Replaces(plan, results.Read(), results.ReadManifest()?.TeacherUnits ?? NoTeachers) || otherwise;
    private long saved = clock.GetTimestamp();
    private TimeSpan pause = Pause;

    /// <summary>How many units failed.</summary>
    internal int Failed { get; private set; }

    /// <summary>How many were in the store, by other kernels or libraries than are here.</summary>
    internal int MadeOtherwise { get; private set; }

    internal void Ended(UnitOfWork unit, Outcome outcome)
    {
        outcomes[unit.Fingerprint.Text] = outcome;
        // Entries that the store held already may be another machine's.
        var isNew = string.CompareOrdinal(outcome.Circumstances.StartedUtc, began) >= 0;
        if (!isNew && outcome.Circumstances.Tensors != manifest.Tensors)
            MadeOtherwise++;
        if (outcome.Status != UnitStatus.Ok)
            Failed++;
        else if (isNew && forecast is { Rates: not null })
            timings.Add(
                new TimingRow(
                    Unit: unit.Fingerprint.Short,
                    Label: unit.Label,
                    Kind: unit.GetType().Name.Replace("Unit", "", StringComparison.Ordinal).ToLowerInvariant(),
                    ForecastSeconds: forecast.Of(unit).Value,
                    Seconds: outcome.Circumstances.Seconds
                )
            );
        if (clock.GetElapsedTime(saved) <= pause)
            return;
        try
        {
            Save(complete: false);
        }
        catch (LedgerException error)
        {
            // Finished work is in the store: this is no reason to stop, and at the end it is said.
            board.Say($"not recorded for now: {error.Message}");
            saved = clock.GetTimestamp();
        }
    }

    /// <summary>Writes the ledger.</summary>
    /// <param name="complete">Whether every unit has ended.</param>
    internal void Save(bool complete)
    {
        var started = clock.GetTimestamp();
        if (outcomes.Count > 0 && (complete || !replaces))
            results.Update(
                (before, old) => Recording.Merge(plan, outcomes, before, old?.TeacherUnits ?? NoTeachers),
                manifest
            );
        if (complete && timings.Count > 0)
        {
            var (mine, planned) = (
                timings.Select(row => row.Unit).ToHashSet(StringComparer.Ordinal),
                plan.Units.Select(unit => unit.Fingerprint.Short).ToHashSet(StringComparer.Ordinal)
            );
            results.WriteTable(
                TimingRow.File,
                results
                    .ReadTable<TimingRow>(TimingRow.File)
                    .Where(row => !otherwise && planned.Contains(row.Unit) && !mine.Contains(row.Unit))
                    .Concat(timings)
            );
        }

        saved = clock.GetTimestamp();
        var longer = Rest * clock.GetElapsedTime(started);
        pause = longer > Pause ? longer : Pause;
    }
}
