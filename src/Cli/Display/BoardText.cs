using System.Globalization;
using Bench.Cli.Execution;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;

namespace Bench.Cli.Display;

/// <summary>
/// The board of a terminal: of the whole run its units, its time left and its FLOPs; of each unit that runs its stage,
/// the curve of its loss, its speed, and what is spent of its budget.
/// </summary>
internal sealed class BoardText(IReadOnlyList<UnitOfWork> units, RemainingTime remaining)
{
    private const int MostShown = 8;
    private const int BarWidth = 20;
    private const int CurveWidth = 16;

    private readonly Lock gate = new();
    private readonly Dictionary<string, (UnitOfWork Unit, UnitEvent? Now, List<double> Losses)> running = new(
        StringComparer.Ordinal
    );
    private readonly double planned = units.Sum(Flops);
    private double spent;
    private int done;
    private int failed;

    internal void Known(UnitOfWork unit)
    {
        lock (gate)
            (done, spent) = (done + 1, spent + Flops(unit));
    }

    internal void Started(UnitOfWork unit)
    {
        lock (gate)
            running[unit.Fingerprint.Text] = (unit, null, []);
    }

    internal void Progress(UnitOfWork unit, UnitEvent now)
    {
        lock (gate)
        {
            if (!running.TryGetValue(unit.Fingerprint.Text, out var state))
                return;
            if (now.Loss is { } loss)
                state.Losses.Add(loss);
            running[unit.Fingerprint.Text] = state with { Now = now };
        }
    }

    internal void Ended(UnitOfWork unit, Outcome outcome)
    {
        lock (gate)
        {
            running.Remove(unit.Fingerprint.Text);
            (done, spent) = (done + 1, spent + Flops(unit));
            if (outcome.Status != UnitStatus.Ok)
                failed++;
        }
    }

    /// <summary>The lines, none longer than a width.</summary>
    internal IReadOnlyList<string> Lines(int width)
    {
        width = Math.Max(width, 1);
        lock (gate)
        {
            var now =
                spent
                + running.Values.Sum(state =>
                    Flops(state.Unit) * (state.Now is { Stage: "training" } at ? at.Share : 0)
                );
            var filled = units.Count == 0 ? BarWidth : BarWidth * done / units.Count;
            var rate = running.Values.Sum(state => state.Now?.TokensPerSecond ?? 0);
            var lines = new List<string>
            {
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{new string('█', filled)}{new string('░', BarWidth - filled)} {done} of {units.Count} "
                        + $"units{(failed > 0 ? $", {failed} failed" : "")}"
                        + $"{(done < units.Count ? $"  {Duration(remaining.Seconds())} left" : "")}"
                ),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{now:0.0e0} of {planned:0.0e0} FLOPs spent, {Math.Max(planned - now, 0):0.0e0} "
                        + $"left{(rate > 0 ? $"  {rate / 1000:0.0}k tokens/s" : "")}"
                ),
            };
            foreach (var (unit, at, losses) in running.Values.Take(MostShown))
            {
                lines.Add(unit.Label);
                lines.Add("  " + (at is null ? "starting" : Detail(unit, at, losses)));
            }

            if (running.Count > MostShown)
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"and {running.Count - MostShown} more"));
            return [.. lines.Select(line => line.Length <= width ? line : line[..(width - 1)] + "…")];
        }
    }

    private static string Detail(UnitOfWork unit, UnitEvent at, List<double> losses)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{at.Stage} {100 * at.Share, 3:0}%");
        if (at.Loss is { } loss)
            text += string.Create(
                CultureInfo.InvariantCulture,
                $"  {Sparkline.Of(losses, CurveWidth), -CurveWidth} {loss:0.000}  {at.TokensPerSecond / 1000:0.0}k "
                    + $"tok/s"
            );
        return at is { Stage: "training", Loss: not null } && unit is TrainingUnit { Budget: { } budget }
            ? text
                + string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {at.Share * budget.Amount:0.0e0} of {budget.Amount:0.0e0} {budget.Label.Split(' ')[^1]}"
                )
            : text;
    }

    internal static string Duration(double seconds) =>
        (long)Math.Round(seconds) switch
        {
            var all and < 60 => string.Create(CultureInfo.InvariantCulture, $"{all} s"),
            var all and < 3600 => string.Create(CultureInfo.InvariantCulture, $"{all / 60} min {all % 60:00} s"),
            var all => string.Create(CultureInfo.InvariantCulture, $"{all / 3600} h {all % 3600 / 60:00} min"),
        };

    // The unit's own work.
    private static double Flops(UnitOfWork unit) =>
        unit.Prediction.Charges.Where(charge => charge.Seconds.Value > 0).Sum(charge => charge.Flops.Value);
}
