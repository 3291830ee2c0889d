using Bench.Cli.Display;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Store;

namespace Bench.Cli.Execution;

/// <summary>
/// Runs units as processes on this machine, as many at a time as there are jobs, each after what it needs and the longest first.
/// A unit that fails leaves the others running.
/// </summary>
internal sealed class LocalExecutor(ContentStore store, WorkerProcess workers, int jobs, IBoard board)
{
    /// <summary>Runs what is not in the store yet.</summary>
    /// <param name="units">In an order in which each comes after what it needs.</param>
    /// <param name="finished">Told of each unit as it ends, one at a time.</param>
    /// <param name="failure">Makes the outcome of a unit that failed, from the reason and the seconds it took.</param>
    /// <param name="cancel">Stops the workers.</param>
    internal async Task Run(
        IReadOnlyList<UnitOfWork> units, Action<UnitOfWork, Outcome> finished, Func<string, double, Outcome> failure, CancellationToken cancel)
    {
        var ended = new Dictionary<string, Outcome>(StringComparer.Ordinal);
        var waiting = new List<UnitOfWork>();
        foreach (var unit in units)
        {
            if (store.WrongIn(unit.Fingerprint.Text) is { Count: > 0 } wrong)
            {
                board.Say($"{unit.Label}: its entry in the store is damaged ({string.Join(", ", wrong)}) and is computed anew");
                store.Remove(unit.Fingerprint.Text);
            }

            if (OutcomeFile.Find(store, unit.Fingerprint.Text) is not { } known)
            {
                waiting.Add(unit);
                continue;
            }

            ended[unit.Fingerprint.Text] = known;
            board.Known(unit);
            finished(unit, known);
        }

        var critical = PathLengths(waiting);
        var running = new Dictionary<Task<(UnitOfWork Unit, Outcome Outcome)>, UnitOfWork>();
        long? room = null;
        while (waiting.Count > 0 || running.Count > 0)
        {
            cancel.ThrowIfCancellationRequested();
            // What is free while nothing runs is what units share.
            if (running.Count == 0) room = MachineMemory.Available();
            var ready = waiting
                .Where(unit => unit.Needs.All(need => ended.ContainsKey(need.Fingerprint.Text)))
                .OrderByDescending(unit => critical[unit.Fingerprint.Text]).Take(jobs - running.Count).ToArray();
            foreach (var unit in ready)
            {
                // Alone a unit may try whatever it needs; beside others it waits until what is predicted for all of them fits.
                if (running.Count > 0 && running.Values.Append(unit).Sum(other => other.Prediction.PeakBytes) > room) continue;
                waiting.Remove(unit);
                var broken = unit.Needs.FirstOrDefault(need => ended[need.Fingerprint.Text].Status != UnitStatus.Ok);
                var task = broken is null
                    ? RunOne(unit, failure, cancel)
                    : Task.FromResult((unit, failure($"it needs {broken.Label}, which failed: {ended[broken.Fingerprint.Text].Error}", 0)));
                running[task] = unit;
            }

            var done = await Task.WhenAny(running.Keys);
            running.Remove(done);
            var (ran, outcome) = await done;
            ended[ran.Fingerprint.Text] = outcome;
            board.Ended(ran, outcome);
            finished(ran, outcome);
        }
    }

    private async Task<(UnitOfWork, Outcome)> RunOne(UnitOfWork unit, Func<string, double, Outcome> failure, CancellationToken cancel)
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        board.Started(unit);
        var problem = await workers.Run(unit, now => board.Progress(unit, now), cancel);
        var seconds = clock.GetElapsedTime(started).TotalSeconds;
        return (unit, problem is null
            ? OutcomeFile.Find(store, unit.Fingerprint.Text) ?? failure("the worker ended without a result", seconds)
            : failure(problem, seconds));
    }

    /// <summary>Predicted seconds of a unit and of the longest chain that waits for it: what the others wait for goes first.</summary>
    private static Dictionary<string, double> PathLengths(IReadOnlyList<UnitOfWork> units)
    {
        var lengths = units.ToDictionary(unit => unit.Fingerprint.Text, unit => unit.Prediction.Seconds.Value, StringComparer.Ordinal);
        foreach (var unit in units.Reverse())
        {
            foreach (var need in unit.Needs.Where(need => lengths.ContainsKey(need.Fingerprint.Text)))
                lengths[need.Fingerprint.Text] = Math.Max(lengths[need.Fingerprint.Text], need.Prediction.Seconds.Value + lengths[unit.Fingerprint.Text]);
        }

        return lengths;
    }
}
