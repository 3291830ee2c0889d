using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;

namespace Bench.Protocol.Ledger;

/// <summary>What a unit gave when it was run again, beside what is recorded of it.</summary>
public sealed class Verification
{
    private readonly ScoreTable scores;
    private readonly ILookup<string, ChargeRow> charges;
    private readonly Dictionary<string, string[]> seeds;

    /// <param name="recorded">What results/ says.</param>
    public Verification(Results recorded)
    {
        (scores, charges) = (new ScoreTable(recorded.Items), recorded.Charges.ToLookup(row => row.Run, StringComparer.Ordinal));
        seeds = recorded.Runs.GroupBy(run => (run.Teacher, run.Student, run.Method, run.Budget))
            .SelectMany(arm => arm.Select(run => (run.Run, Others: arm.Select(other => other.Run).ToArray()))).ToDictionary(pair => pair.Run, pair => pair.Others, StringComparer.Ordinal);
    }

    /// <summary>What differs, a line each; empty where the recorded holds.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="again">What came of it now.</param>
    /// <param name="tolerance">
    /// How far the mean of a metric may be from the recorded one: that much, or that share of it where it is more than 1. Training amplifies the rounding of another processor until it is like another seed's: so also as far
    /// as seeds of the same method and budget are from each other, and as chance in the items makes two equally good models differ (three standard errors). Null asks for every item's score to the last bit.
    /// </param>
    public IReadOnlyList<string> Differences(string run, Outcome again, double? tolerance)
    {
        if (again.Status != UnitStatus.Ok) return [$"it failed now: {again.Error}"];
        var found = new List<string>();
        foreach (var now in again.Scores)
        {
            if (scores.Find(run, now.Task, now.Metric) is not { } then) found.Add($"{now.Task} {now.Metric} is not recorded");
            else if (then.Count != now.Items.Count) found.Add($"{now.Task} {now.Metric}: {then.Count} items are recorded, and {now.Items.Count} were measured now");
            else if (tolerance is null && Enumerable.Range(0, then.Count).Count(i => then[i] != now.Items[i]) is var other and > 0)
                found.Add(FormattableString.Invariant($"{now.Task} {now.Metric}: {other} of {then.Count} items differ, mean {then.Average():0.######} then and {now.Items.Average():0.######} now"));
            else if (tolerance is { } least && Allowed(run, now, then, least) is var within && Math.Abs(then.Average() - now.Items.Average()) > within)
                found.Add(FormattableString.Invariant($"{now.Task} {now.Metric}: {then.Average():0.####} then and {now.Items.Average():0.####} now, which is more than {within:0.####} apart"));
        }

        // FLOPs are counted from shapes: they depend on no machine, but on what was written where a model wrote it.
        foreach (var kind in again.Charges.Where(charge => !charge.FlopsUnknown).GroupBy(charge => charge.Kind))
        {
            var (then, now) = (charges[run].Where(row => row.Kind == Charge.NameOf(kind.Key)).Sum(row => row.Flops ?? 0), kind.Sum(charge => charge.Flops.Value));
            if (Math.Abs(then - now) > (tolerance ?? 1e-9) * Math.Max(then, now)) found.Add(FormattableString.Invariant($"FLOPs of {Charge.NameOf(kind.Key)}: {then:0.000e0} then and {now:0.000e0} now"));
        }

        return found;
    }

    private double Allowed(string run, TaskScores now, IReadOnlyList<double> then, double tolerance)
    {
        var means = seeds.GetValueOrDefault(run, [run]).Select(other => scores.Find(other, now.Task, now.Metric)).OfType<IReadOnlyList<double>>().Select(items => items.Average()).ToArray();
        var chance = then.Count > 1 ? 3 * Math.Sqrt(2) * Statistics.Scores.StandardError([.. then]) : 0;
        return Math.Max(tolerance * Math.Max(1, Math.Abs(then.Average())), Math.Max(means.Max() - means.Min(), chance));
    }
}
