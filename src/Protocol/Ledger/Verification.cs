using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;

namespace Bench.Protocol.Ledger;

/// <summary>What a unit gave when it was run again, beside what is recorded of it.</summary>
public sealed class Verification
{
    private readonly ScoreTable scores;
    private readonly ILookup<string, ChargeRow> charges;

    /// <param name="recorded">What results/ says.</param>
    public Verification(Results recorded) =>
        (scores, charges) = (new ScoreTable(recorded.Items), recorded.Charges.ToLookup(row => row.Run, StringComparer.Ordinal));

    /// <summary>What differs, a line each; empty where the recorded holds.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="again">What came of it now.</param>
    /// <param name="tolerance">How far the mean of a metric may be from the recorded one: that much, or that share of it where it is more than 1. Null asks for every item's score to the last bit.</param>
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
            else if (tolerance is { } within && Math.Abs(then.Average() - now.Items.Average()) > within * Math.Max(1, Math.Abs(then.Average())))
                found.Add(FormattableString.Invariant($"{now.Task} {now.Metric}: {then.Average():0.####} then and {now.Items.Average():0.####} now, which is more than {within} apart"));
        }

        // FLOPs are counted from shapes: they depend on no machine, but on what was written where a model wrote it.
        foreach (var kind in again.Charges.Where(charge => !charge.FlopsUnknown).GroupBy(charge => charge.Kind))
        {
            var (then, now) = (charges[run].Where(row => row.Kind == Charge.NameOf(kind.Key)).Sum(row => row.Flops ?? 0), kind.Sum(charge => charge.Flops.Value));
            if (Math.Abs(then - now) > (tolerance ?? 1e-9) * Math.Max(then, now)) found.Add(FormattableString.Invariant($"FLOPs of {Charge.NameOf(kind.Key)}: {then:0.000e0} then and {now:0.000e0} now"));
        }

        return found;
    }
}
