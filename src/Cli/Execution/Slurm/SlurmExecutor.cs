using System.Globalization;
using Bench.Lab.Tensors;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Bench.Protocol.Store;

namespace Bench.Cli.Execution.Slurm;

/// <summary>
/// Runs units on a Slurm cluster: all that are not done are submitted at once, as arrays of those that need the same
/// and take as much, each array after the tasks of what it needs. The cluster goes on when this process is killed, and
/// a later run follows what it finds. A shared folder is the only channel: a unit has ended when its result, or its
/// exit code, is there; of Slurm it is only asked which tasks are still to come.
/// </summary>
/// <param name="spec">The experiment.</param>
/// <param name="store">The store, which the nodes see under the same path.</param>
/// <param name="command">How a unit's process is started.</param>
/// <param name="home">The folder of arrays, which the nodes see too.</param>
/// <param name="shared">The variables that the nodes' processes must find in their environment.</param>
/// <param name="failures">Makes the outcomes of units that failed.</param>
/// <param name="jobs">The most tasks of an array that run at a time; null for as many as there is room for.</param>
/// <param name="board">Shows what happens.</param>
internal sealed class SlurmExecutor(
    ExperimentSpec spec,
    ContentStore store,
    WorkerCommandLine command,
    string home,
    IReadOnlyDictionary<string, string> shared,
    FailedOutcome failures,
    int? jobs,
    IBoard board
) : IExecutor
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Question = TimeSpan.FromSeconds(5);

    /// <summary>A file that another machine has written is seen at the latest then.</summary>
    private static readonly TimeSpan SlowestFolder = TimeSpan.FromSeconds(90);

    /// <summary>
    /// A folder of whose array Slurm knows nothing is older than this, or its array may be about to be submitted by
    /// another run.
    /// </summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(10);

    // Looking takes about a millisecond a unit on a network file system, which others use too.
    private static readonly TimeSpan LookEach = TimeSpan.FromMilliseconds(2);

    private readonly TimeProvider clock = TimeProvider.System;
    private readonly string prefix = spec.Name + "-";
    private readonly Dictionary<string, Submission> submitted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Submission> places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> tries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResourceLimit> allowances = new(StringComparer.Ordinal);
    private readonly List<SlurmBatch> batches = [];
    private readonly HashSet<string> stuck = new(StringComparer.Ordinal);
    private bool full;

    /// <inheritdoc/>
    public async Task Run(
        IReadOnlyList<UnitOfWork> units,
        Action<UnitOfWork, Outcome> finished,
        CancellationToken cancel
    )
    {
        var schedule = new UnitQueue(units, store, board, finished);
        if (schedule.Count == 0)
            return;
        var largest = await SlurmCommands.LargestArray();
        await Reattach(schedule);
        var asked = clock.GetTimestamp();
        try
        {
            while (schedule.Count > 0)
            {
                await Submit(schedule, largest, cancel);
                // Where nothing may be submitted and nothing runs, there is nothing to look for either.
                await Task.Delay(
                    full && submitted.Count == 0 ? Question : Larger(Look, submitted.Count * LookEach),
                    clock,
                    cancel
                );
                Collect(schedule);
                if (schedule.Count == 0 || clock.GetElapsedTime(asked) < Question)
                    continue;
                asked = clock.GetTimestamp();
                // A controller that starts anew answers later; what is shared is read meanwhile.
                if (await SlurmCommands.Tasks() is { } tasks)
                    await Compare(schedule, tasks);
            }
        }
        catch
        {
            // Interrupted: what no other run waits for is cancelled.
            var abandoned = batches.Where(batch => batch.Leave()).ToHashSet();
            await SlurmCommands.Cancel(
                submitted.Values.Where(place => abandoned.Contains(place.Batch)).Select(place => place.Place)
            );
            await Task.WhenAll(abandoned.Where(batch => IsDone(batch, units)).Select(batch => batch.Delete()));
            throw;
        }

        await Task.WhenAll(
            batches.Where(batch => batch.Leave() && IsDone(batch, units)).Select(batch => batch.Delete())
        );
    }

    // Whether an array has no units but those of this run: what others it has, another run may come for.
    private static bool IsDone(SlurmBatch batch, IReadOnlyList<UnitOfWork> units)
    {
        var mine = units.Select(unit => unit.Fingerprint.Text).ToHashSet(StringComparer.Ordinal);
        return batch.Fingerprints.All(mine.Contains);
    }

    // Arrays of a run that was killed, or of one that goes on elsewhere, are followed where they are still to come;
    // others are forgotten.
    private async Task Reattach(UnitQueue schedule)
    {
        if (await SlurmCommands.Tasks() is not { } tasks)
            throw new LabException("Slurm does not answer (squeue failed); sinfo shows whether its controller runs");
        var alive = tasks.Where(task => !task.IsOver).ToLookup(task => task.Batch, StringComparer.Ordinal);
        var known = tasks.Select(task => task.Batch).ToHashSet(StringComparer.Ordinal);
        var units = schedule.Left.ToDictionary(unit => unit.Fingerprint.Text, StringComparer.Ordinal);
        foreach (var batch in SlurmBatch.Of(home, prefix))
        {
            foreach (
                var task in alive[batch.Name]
                    .Where(task =>
                        task.Index < batch.Fingerprints.Count && units.ContainsKey(batch.Fingerprints[task.Index])
                    )
            )
                submitted[batch.Fingerprints[task.Index]] = places[batch.Fingerprints[task.Index]] = new Submission(
                    batch,
                    task.Job,
                    task.Index
                );
            if (batch.Fingerprints.Any(units.ContainsKey) && alive[batch.Name].Any())
            {
                batch.Follow();
                batches.Add(batch);
            }
            else if (alive[batch.Name].Any())
            {
                // Other units of the same experiment.
            }
            else if (known.Contains(batch.Name) || batch.Age > Abandoned)
            {
                await batch.Delete();
            }
        }

        if (submitted.Count > 0)
            board.Say($"{submitted.Count} units are with Slurm already");
    }

    private async Task Submit(UnitQueue schedule, int largest, CancellationToken cancel)
    {
        if (full && submitted.Count > 0)
            return;
        var groups = new Dictionary<string, (List<UnitOfWork> Units, string[] Needs, ResourceLimit ResourceLimit)>(
            StringComparer.Ordinal
        );
        foreach (
            var unit in schedule.Left.Where(unit =>
                !schedule.HasEnded(unit) && !submitted.ContainsKey(unit.Fingerprint.Text)
            )
        )
        {
            if (schedule.Obstacle(unit) is { } obstacle)
            {
                schedule.End(unit, failures.Of(unit, obstacle, 0));
                continue;
            }

            // Those that it needs come before it in the plan: a group whose array has no number yet is submitted first.
            var needs = schedule.NeedsLeft(unit).ToArray();
            if (needs.Any(need => !submitted.ContainsKey(need.Fingerprint.Text)))
            {
                if (!await Submit(schedule, groups, largest, cancel))
                    return;
                if (needs.Any(need => !submitted.ContainsKey(need.Fingerprint.Text)))
                    continue;
            }

            string[] after =
            [
                .. needs.Select(need => submitted[need.Fingerprint.Text].Place).Order(StringComparer.Ordinal),
            ];
            var allowance = allowances.GetValueOrDefault(unit.Fingerprint.Text) ?? ResourceLimit.Of(spec, unit);
            var key = $"{string.Join(':', after)} {allowance} {unit.RunsAlone}";
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = ([], after, allowance);
            group.Units.Add(unit);
        }

        await Submit(schedule, groups, largest, cancel);
    }

    // False where Slurm takes no more now.
    private async Task<bool> Submit(
        UnitQueue schedule,
        Dictionary<string, (List<UnitOfWork> Units, string[] Needs, ResourceLimit ResourceLimit)> groups,
        int largest,
        CancellationToken cancel
    )
    {
        foreach (var (units, needs, allowance) in groups.Values)
        {
            foreach (var chunk in units.Chunk(largest))
            {
                var batch = SlurmBatch.Create(
                    home,
                    prefix,
                    chunk,
                    command.Before,
                    command.After,
                    shared.Concat(command.EnvironmentVariables)
                );
                var (job, words) = await SlurmCommands.Submit(
                    Options(batch, needs, allowance, chunk[0].RunsAlone),
                    batch.Script
                );
                if (job is null)
                {
                    batch.Leave();
                    await batch.Delete();
                    cancel.ThrowIfCancellationRequested();
                    if (!SlurmCommands.MayPass(words))
                    {
                        foreach (var unit in chunk)
                            schedule.End(unit, failures.Of(unit, $"Slurm refuses it: {words}", 0));
                        continue;
                    }

                    // It is tried again when something has ended, or later.
                    if (!full)
                        board.Say($"Slurm takes no more for now: {words}");
                    full = true;
                    groups.Clear();
                    return false;
                }

                full = false;
                batches.Add(batch);
                for (var i = 0; i < chunk.Length; i++)
                    submitted[chunk[i].Fingerprint.Text] = places[chunk[i].Fingerprint.Text] = new Submission(
                        batch,
                        job,
                        i
                    );
            }
        }

        groups.Clear();
        return true;
    }

    private IEnumerable<string> Options(SlurmBatch batch, string[] needs, ResourceLimit allowance, bool runsAlone)
    {
        if (runsAlone)
            yield return "--exclusive";
        var resources = spec.Resources;
        foreach (var flag in resources.Flags)
            yield return flag;
        yield return $"--job-name={batch.Name}";
        yield return "--output=/dev/null";
        yield return "--requeue";
        yield return FormattableString.Invariant(
            $"--array=0-{batch.Fingerprints.Count - 1}{(jobs is { } most ? $"%{most}" : "")}"
        );
        yield return FormattableString.Invariant($"--ntasks=1");
        yield return FormattableString.Invariant($"--cpus-per-task={command.Threads}");
        yield return FormattableString.Invariant($"--mem={Math.Max(1, allowance.Bytes >> 20)}M");
        // Minutes, rounded up.
        if (allowance.Seconds is { } seconds)
            yield return FormattableString.Invariant($"--time={Math.Ceiling(seconds / 60)}");
        if (resources.Partition is { } partition)
            yield return $"--partition={partition}";
        var gres = resources.Gres ?? (spec.Device == "cpu" ? null : "gpu:1");
        if (gres is not null)
            yield return $"--gres={gres}";
        if (needs.Length > 0)
        {
            yield return $"--dependency=afterok:{string.Join(':', needs)}";
            yield return "--kill-on-invalid-dep=yes";
        }
    }

    // Above it stands the signal that ended a process: whether the cluster's limit on memory sent it, Slurm says.
    private const int LastOwnCode = 128;

    // The shared folder's word.
    private void Collect(UnitQueue schedule)
    {
        foreach (var unit in schedule.Left)
        {
            if (schedule.HasEnded(unit) || !submitted.TryGetValue(unit.Fingerprint.Text, out var place))
                continue;
            if (OutcomeFile.Find(store, unit.Fingerprint.Text) is { } outcome)
                End(schedule, unit, outcome);
            else if (
                place.Batch.Ended(place.Index) is var (code, words)
                && code <= LastOwnCode
                && WorkerProcess.Problem(code, words) is { } problem
            )
                End(schedule, unit, failures.Of(unit, problem, null));
        }
    }

    // Slurm's word: who runs, and who ended without a word.
    private async Task Compare(UnitQueue schedule, IReadOnlyList<SlurmTask> tasks)
    {
        var known = tasks.ToLookup(task => (task.Batch, task.Index));
        foreach (var unit in schedule.Left)
        {
            if (schedule.HasEnded(unit) || !submitted.TryGetValue(unit.Fingerprint.Text, out var place))
                continue;
            var task = known[(place.Batch.Name, place.Index)].LastOrDefault();
            if (task is { IsOver: false })
            {
                place.SilentSince = null;
                if (task.IsRunning)
                    Show(unit, place);
                if (task.IsStuck && stuck.Add($"{task.Job} {task.Reason}"))
                    board.Say(
                        $"{unit.Label}, and what was submitted with it, waits: {task.Reason} (squeue --job "
                            + $"{task.Job} tells more)"
                    );
                continue;
            }

            place.SilentSince ??= clock.GetTimestamp();
            var state = task?.State ?? await SlurmCommands.Accounted(place.Job, place.Index) ?? "";
            if (
                state != "OUT_OF_MEMORY"
                && place.Batch.Ended(place.Index) is var (code, words)
                && WorkerProcess.Problem(code, words) is { } problem
            )
            {
                End(schedule, unit, failures.Of(unit, problem, null));
                continue;
            }

            // A task that ended by itself has left a result or its exit code, which may take a while to be seen here.
            if (state is "" or "COMPLETED" or "FAILED" && clock.GetElapsedTime(place.SilentSince.Value) < SlowestFolder)
                continue;
            // Slurm cancels what waits for a task that did not end well, also where its unit has been submitted again,
            // or had published before.
            var forlorn =
                state == "CANCELLED"
                && unit.Needs.Any(need =>
                    tries.ContainsKey(need.Fingerprint.Text)
                    || (
                        places.TryGetValue(need.Fingerprint.Text, out var before)
                        && known[(before.Batch.Name, before.Index)].LastOrDefault()
                            is { IsOver: true, State: not "COMPLETED" }
                    )
                );
            Judge(schedule, unit, state, forlorn);
        }
    }

    private void Judge(UnitQueue schedule, UnitOfWork unit, string state, bool forlorn)
    {
        var key = unit.Fingerprint.Text;
        submitted.Remove(key);
        // Those that wait for what failed, or for what is tried again, are cancelled by Slurm: they share its fate.
        if (forlorn || schedule.NeedsLeft(unit).Any() || schedule.Obstacle(unit) is not null)
            return;
        var attempt = tries[key] = tries.GetValueOrDefault(key) + 1;
        var why = state switch
        {
            "TIMEOUT" => "took longer than it was allowed",
            "OUT_OF_MEMORY" => "took more memory than it was allowed",
            "" => "vanished from Slurm",
            _ => $"ended as {state}",
        };
        if (state is "CANCELLED" or "FAILED" or "COMPLETED" or "DEADLINE" || attempt >= spec.Resources.Attempts)
        {
            End(
                schedule,
                unit,
                failures.Of(
                    unit,
                    $"Slurm: it {why}{(attempt > 1 ? FormattableString.Invariant($", {attempt} times") : "")}",
                    null
                )
            );
            return;
        }

        allowances[key] = (allowances.GetValueOrDefault(key) ?? ResourceLimit.Of(spec, unit)).Times(
            state == "TIMEOUT" ? 2 : 1,
            state == "OUT_OF_MEMORY" ? 2 : 1
        );
        board.Say($"{unit.Label}: it {why} and is submitted again");
    }

    private void Show(UnitOfWork unit, Submission place)
    {
        if (!place.IsShown)
            board.Started(unit);
        place.IsShown = true;
        if (AttemptFile.Of(store, unit.Fingerprint.Text).LastOrDefault() is { } now)
            board.Progress(unit, new UnitEvent(now.Stage, now.Share, null, null));
    }

    private void End(UnitQueue schedule, UnitOfWork unit, Outcome outcome)
    {
        if (submitted.Remove(unit.Fingerprint.Text, out var place) && !place.IsShown)
            board.Started(unit);
        full = false;
        schedule.End(unit, outcome);
    }

    private static TimeSpan Larger(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>Where a unit is in Slurm.</summary>
    private sealed class Submission(SlurmBatch batch, string job, int index)
    {
        internal SlurmBatch Batch => batch;

        internal string Job => job;

        internal int Index => index;

        internal string Place => string.Create(CultureInfo.InvariantCulture, $"{job}_{index}");

        /// <summary>When Slurm first had no more of it, and there was no result.</summary>
        internal long? SilentSince { get; set; }

        internal bool IsShown { get; set; }
    }
}
