using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;

namespace Bench.Cli.Execution;

/// <summary>
/// How long a run still takes: the forecasts of the units that are left, corrected by how those of their kind that
/// ended did against theirs, laid out over the processes in the order in which they can start.
/// </summary>
internal sealed class RemainingTime(IReadOnlyList<UnitOfWork> units, Forecast forecast, int jobs, TimeProvider clock)
{
    /// <summary>Of more units the order matters little, and laying them out takes long.</summary>
    private const int MostLaidOut = 4000;

    /// <summary>From this share on a stage tells how long it takes.</summary>
    private const double Telling = 0.1;

    private readonly HashSet<string> left = [.. units.Select(unit => unit.Fingerprint.Text)];
    private readonly Dictionary<string, (long Started, double TrainingShare)> running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (double Took, double Forecast)> sums = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> expected = units
        .DistinctBy(unit => unit.Fingerprint.Text)
        .ToDictionary(
            unit => unit.Fingerprint.Text,
            unit => forecast.Of(unit).Value + forecast.Start.Value,
            StringComparer.Ordinal
        );
    private readonly Lock gate = new();

    internal void Known(UnitOfWork unit)
    {
        lock (gate)
            left.Remove(unit.Fingerprint.Text);
    }

    internal void Started(UnitOfWork unit)
    {
        lock (gate)
            running[unit.Fingerprint.Text] = (clock.GetTimestamp(), 0);
    }

    internal void Progress(UnitOfWork unit, UnitEvent now)
    {
        lock (gate)
        {
            if (now.Stage == "training" && running.TryGetValue(unit.Fingerprint.Text, out var state))
                running[unit.Fingerprint.Text] = state with { TrainingShare = now.Share };
        }
    }

    internal void Ended(UnitOfWork unit, Outcome outcome)
    {
        lock (gate)
        {
            left.Remove(unit.Fingerprint.Text);
            if (!running.Remove(unit.Fingerprint.Text, out var state) || outcome.Status != UnitStatus.Ok)
                return;
            var took = clock.GetElapsedTime(state.Started).TotalSeconds;
            foreach (var kind in (string[])[KindOf(unit), ""])
            {
                var (before, planned) = sums.GetValueOrDefault(kind);
                sums[kind] = (before + took, planned + expected[unit.Fingerprint.Text]);
            }
        }
    }

    /// <summary>Seconds until the last unit ends.</summary>
    internal double Seconds()
    {
        lock (gate)
        {
            var free = new PriorityQueue<int, double>();
            var ends = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (
                var unit in units.Where(unit =>
                    running.ContainsKey(unit.Fingerprint.Text) && left.Contains(unit.Fingerprint.Text)
                )
            )
                ends[unit.Fingerprint.Text] = LeftOf(unit);
            for (var job = 0; job < Math.Max(jobs, 1); job++)
                free.Enqueue(job, 0);
            foreach (var end in ends.Values)
                free.EnqueueDequeue(0, end);
            var waiting = units
                .Where(unit => left.Contains(unit.Fingerprint.Text) && !running.ContainsKey(unit.Fingerprint.Text))
                .ToArray();
            if (waiting.Length > MostLaidOut)
                return (ends.Values.Sum() + waiting.Sum(Expected)) / Math.Max(jobs, 1);
            foreach (var unit in waiting)
            {
                free.TryDequeue(out var job, out var from);
                var start = unit.Needs.Select(need => ends.GetValueOrDefault(need.Fingerprint.Text)).Append(from).Max();
                ends[unit.Fingerprint.Text] = start + Expected(unit);
                free.Enqueue(job, start + Expected(unit));
            }

            return ends.Values.DefaultIfEmpty(0).Max();
        }
    }

    private double LeftOf(UnitOfWork unit)
    {
        var (started, share) = running[unit.Fingerprint.Text];
        var (elapsed, whole) = (clock.GetElapsedTime(started).TotalSeconds, Expected(unit));
        if (share < Telling)
            return Math.Max(whole - elapsed, 0.05 * whole);
        // Training goes at an even pace, and is all but what evaluation takes.
        var training = unit.Prediction.Charges.Where(charge => charge.Seconds.Value > 0).ToArray()
            is { Length: > 0 } charges
            ? charges.Max(charge => charge.Flops.Value) / charges.Sum(charge => charge.Flops.Value)
            : 1;
        return Math.Max(
            0,
            Math.Max(elapsed - forecast.Start.Value, 0) / share / training + forecast.Start.Value - elapsed
        );
    }

    private double Expected(UnitOfWork unit)
    {
        var (took, planned) = sums.TryGetValue(KindOf(unit), out var own) ? own : sums.GetValueOrDefault("");
        return expected[unit.Fingerprint.Text] * (planned > 0 ? took / planned : 1);
    }

    private static string KindOf(UnitOfWork unit) =>
        unit is TrainingUnit training ? $"{training.Student.Name} {training.Method is null}" : unit.GetType().Name;
}
