using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Bench.Protocol.Store;

namespace Bench.Cli.Execution;

/// <summary>Runs units as processes on this machine, as many at a time as there are jobs, the longest first.</summary>
internal sealed class LocalExecutor(
    ExperimentSpec spec,
    ContentStore store,
    WorkerProcess workers,
    FailedOutcome failures,
    int jobs,
    IBoard board
) : IExecutor
{
    /// <inheritdoc/>
    public async Task Run(
        IReadOnlyList<UnitOfWork> units,
        Action<UnitOfWork, Outcome> finished,
        CancellationToken cancel
    )
    {
        var schedule = new UnitQueue(units, store, board, finished);
        var running = new Dictionary<Task<(UnitOfWork Unit, Outcome Outcome)>, UnitOfWork>();
        long? room = null;
        while (schedule.Count > 0)
        {
            cancel.ThrowIfCancellationRequested();
            // Units share the memory that is free while nothing runs.
            if (running.Count == 0)
                room = MachineMemory.Available();
            var later = new List<UnitOfWork>();
            while (running.Count < jobs && schedule.Next() is { } unit)
            {
                // Alone a unit may try whatever memory it needs; beside others it waits until what is predicted for all
                // of them fits.
                if (
                    running.Count > 0
                    && (
                        running.Values.Append(unit).Any(other => other.RunsAlone)
                        || running.Values.Append(unit).Sum(other => other.Prediction.PeakBytes) > room
                    )
                )
                    later.Add(unit);
                else
                    running[
                        schedule.Obstacle(unit) is { } obstacle
                            ? Task.FromResult((unit, failures.Of(unit, obstacle, 0)))
                            : RunOne(unit, cancel)
                    ] = unit;
            }

            later.ForEach(schedule.Return);
            var done = await Task.WhenAny(running.Keys);
            running.Remove(done);
            var (ran, outcome) = await done;
            schedule.End(ran, outcome);
        }
    }

    private async Task<(UnitOfWork, Outcome)> RunOne(UnitOfWork unit, CancellationToken cancel)
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        board.Started(unit);
        var problem = await workers.Run(
            unit,
            ResourceLimit.Of(spec, unit).Seconds,
            now => board.Progress(unit, now),
            cancel
        );
        var seconds = clock.GetElapsedTime(started).TotalSeconds;
        // A published result counts, however its process ended after that.
        return (
            unit,
            OutcomeFile.Find(store, unit.Fingerprint.Text)
                ?? failures.Of(unit, problem ?? "the worker ended without a result", seconds)
        );
    }
}
