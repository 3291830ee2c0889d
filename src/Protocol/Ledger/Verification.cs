using System.Globalization;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Statistics.Scoring;

namespace Bench.Protocol.Ledger;

/// <summary>A unit's result when it was run again, beside the recorded one.</summary>
public sealed class Verification
{
    private const double Least = 0.02;

    private readonly ScoreTable scores;
    private readonly ILookup<string, ChargeRow> charges;
    private readonly Dictionary<string, string[]> seeds;

    /// <param name="recorded">The scores in results/.</param>
    public Verification(Results recorded)
    {
        (scores, charges) = (
            new ScoreTable(recorded.Items),
            recorded.Charges.ToLookup(row => row.Run, StringComparer.Ordinal)
        );
        seeds = recorded
            .Runs.GroupBy(run => (run.Teacher, run.Student, run.Method, run.Budget))
            .SelectMany(arm => arm.Select(run => (run.Run, Others: arm.Select(other => other.Run).ToArray())))
            .ToDictionary(pair => pair.Run, pair => pair.Others, StringComparer.Ordinal);
    }

    /// <summary>The differences, a line each; empty where the record holds.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="again">The new outcome.</param>
    /// <param name="bits">Whether every item's score is to be the same to the last bit.</param>
    /// <param name="tolerance"> How far the mean of a metric may be from the recorded one otherwise: that much, or that
    /// share of it where it is more than 1. Null for what chance explains: training amplifies the rounding of another
    /// processor until it is like another seed's, so the mean may lie where the seeds of the same method and budget do,
    /// or beyond them by what chance in the items makes two equally good models differ (three standard errors, 0.02 at
    /// least). </param>
    public IReadOnlyList<string> Differences(string run, Outcome again, bool bits, double? tolerance)
    {
        if (again.Status != UnitStatus.Ok)
            return [$"it failed now: {again.Error}"];
        var found = new List<string>();
        foreach (var now in again.Scores)
        {
            if (scores.Find(run, now.Task, now.Metric) is not { } then)
                found.Add($"{now.Task} {now.Metric} is not recorded");
            else if (then.Count != now.Items.Count)
                found.Add(
                    $"{now.Task} {now.Metric}: {then.Count} items are recorded, and {now.Items.Count} were measured now"
                );
            else if (bits && Enumerable.Range(0, then.Count).Count(i => then[i] != now.Items[i]) is var other and > 0)
                found.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{now.Task} {now.Metric}: {other} of {then.Count} items differ, mean "
                            + $"{then.Average():0.######} then and {now.Items.Average():0.######} now"
                    )
                );
            else if (
                !bits
                && Allowed(run, now, then, tolerance) is var (low, high)
                && !(now.Items.Average() >= low && now.Items.Average() <= high)
            )
                found.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{now.Task} {now.Metric}: {then.Average():0.####} then and {now.Items.Average():0.####} "
                            + $"now, which is not between {low:0.####} and {high:0.####}"
                    )
                );
        }

        // FLOPs are counted from shapes: they depend on no machine, but on what was written where a model wrote it.
        foreach (var kind in again.Charges.Where(charge => !charge.FlopsUnknown).GroupBy(charge => charge.Kind))
        {
            var (then, now) = (
                charges[run].Where(row => row.Kind == Charge.NameOf(kind.Key)).Sum(row => row.Flops ?? 0),
                kind.Sum(charge => charge.Flops.Value)
            );
            if (Math.Abs(then - now) > (bits ? 1e-9 : tolerance ?? Least) * Math.Max(then, now))
                found.Add(
                    FormattableString.Invariant($"FLOPs of {Charge.NameOf(kind.Key)}: {then:R} then and {now:R} now")
                );
        }

        return found;
    }

    /// <summary>The mean that is recorded of each metric, the one of now, and where that may lie.</summary>
    public IEnumerable<(string Metric, double Then, double Now, double Low, double High)> Means(
        string run,
        Outcome again,
        double? tolerance
    )
    {
        foreach (var now in again.Scores)
            if (
                scores.Find(run, now.Task, now.Metric) is { } then
                && Allowed(run, now, then, tolerance) is var (low, high)
            )
                yield return ($"{now.Task} {now.Metric}", then.Average(), now.Items.Average(), low, high);
    }

    private (double Low, double High) Allowed(string run, TaskScores now, IReadOnlyList<double> then, double? tolerance)
    {
        var mean = then.Average();
        var around = (tolerance ?? Least) * Math.Max(1, Math.Abs(mean));
        if (tolerance is not null)
            return (mean - around, mean + around);
        if (then.Count > 1)
            around = Math.Max(around, 3 * Math.Sqrt(2) * Scores.StandardError([.. then]));
        var means = seeds
            .GetValueOrDefault(run, [run])
            .Select(other => scores.Find(other, now.Task, now.Metric))
            .OfType<IReadOnlyList<double>>()
            .Select(items => items.Average())
            .ToArray();
        // Shares of items end at 0 and at 1.
        var (least, most) = then.Concat(now.Items).All(value => value is >= 0 and <= 1)
            ? (0.0, 1.0)
            : (double.NegativeInfinity, double.PositiveInfinity);
        return (Math.Max(means.Min() - around, least), Math.Min(means.Max() + around, most));
    }
}
