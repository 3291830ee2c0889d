using Bench.Cli.Display;
using Bench.Protocol.Ledger;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Power;

namespace Bench.Tests.Protocol;

public class PilotTests
{
    private static ExperimentSpec Spec => Experiments.Parse(Experiments.Small) with { Seeds = [0, 1, 2, 3, 4] };

    private static Plan PlanOf(ExperimentSpec spec) => Planner.Make(spec, new Experiments.NoFiles());

    // Answers are right on twice as many items as gold answers, and one more for each seed.
    private static Results Recorded(ExperimentSpec spec, Results before)
    {
        var plan = PlanOf(spec);
        Outcome Of(UnitOfWork unit) =>
            new()
            {
                Status = UnitStatus.Ok,
                Charges = [],
                Scores =
                [
                    new TaskScores(
                        "addition",
                        "accuracy",
                        [.. Enumerable.Range(0, 40).Select(i => i < Right(spec, unit) ? 1.0 : 0)]
                    ),
                ],
                Circumstances = new Circumstances
                {
                    StartedUtc = "2026-11-22T08:00:00Z",
                    Seconds = 1,
                    PeakRssBytes = 1,
                    Device = "cpu",
                    Tensors = "test",
                    Commit = "abc",
                    Dirty = false,
                },
            };
        return Recording.Merge(
            plan,
            plan.Runs.ToDictionary(unit => unit.Fingerprint.Text, Of),
            before,
            new Dictionary<string, string>()
        );
    }

    private static int Right(ExperimentSpec spec, UnitOfWork unit) =>
        unit is not StudentUnit student ? 40
        : student.MethodName == "answers" ? 20 + spec.Seeds.ToList().IndexOf(student.Seed)
        : 10;

    [Fact]
    public void A_pilot_has_seeds_of_its_own_and_enters_no_table()
    {
        var pilot = Recorded(Spec.Pilot(3), Results.Empty);
        Assert.Equal(3, pilot.Runs.Where(run => run.Status == RunRow.Pilot).Select(run => run.Seed).Distinct().Count());
        Assert.Empty(pilot.Runs.Select(run => run.Seed).Intersect(Spec.Seeds.Select(seed => (long?)seed)));

        var both = Recorded(Spec, pilot);
        Assert.Equal(pilot.Runs.Count - 1 + PlanOf(Spec).Runs.Count(), both.Runs.Count);
        var compared = both.Summarised(Spec);
        Assert.DoesNotContain(compared.Runs, run => run.Status == RunRow.Pilot);
        Assert.Equal(pilot.Runs.Count - 1, compared.Pilots.Count);
        Assert.All(compared.Summary.Where(row => row.Budget is not null), row => Assert.Equal(5, row.Seeds));
        Assert.Equal(Recorded(Spec, Results.Empty).Summarised(Spec).Summary, compared.Summary);
    }

    [Fact]
    public void A_plan_reckons_with_the_upper_bound_of_the_pilots_spread()
    {
        var row = DesignPower.Of(Spec, Recorded(Spec.Pilot(3), Results.Empty), wanted: 0.05)[0];
        Assert.Equal(("answers - gold-answers", 5, 4), (row.Contrast, row.Seeds, row.Tests));
        // One item of forty for each seed: a standard deviation of 1/40, of three seeds.
        var spread = SpreadBound.Upper(1.0 / 40, 3);
        Assert.Equal(spread, row.Spread!.Value, 1e-12);
        Assert.StartsWith("3 seeds of the pilot", row.Source, StringComparison.Ordinal);
        Assert.Equal(spread * PairedPower.Detectable(5, 0.05 / 4), row.Detectable!.Value, 1e-12);
        Assert.Equal(PairedPower.SeedsNeeded(spread, 0.05, 0.05 / 4), row.SeedsNeeded);
    }

    [Fact]
    public void Without_results_a_spread_is_assumed_and_said_and_earlier_results_come_before_a_pilot()
    {
        Assert.All(
            DesignPower.Of(Spec, Results.Empty),
            row => Assert.Equal((DesignPower.AssumedSpread, "assumed"), (row.Spread, row.Source))
        );
        Assert.Equal((0.1, "as given"), (DesignPower.Of(Spec, Results.Empty, spread: 0.1)[0].Spread, "as given"));
        var both = Recorded(Spec, Recorded(Spec.Pilot(3), Results.Empty));
        Assert.StartsWith("5 seeds of earlier results", DesignPower.Of(Spec, both)[0].Source, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_says_what_its_seeds_find_and_what_more_of_them_cost()
    {
        var plan = PlanOf(Spec);
        var lines = new PowerText(
            plan,
            new Forecast(plan, null),
            DesignPower.Of(Spec, Results.Empty, wanted: 0.2),
            0.2
        ).Lines();
        var text = string.Join('\n', lines);
        Assert.Contains("that 5 seeds find with 80%", text, StringComparison.Ordinal);
        Assert.Matches(@"answers - gold-answers: from 0\.\d{3} on", text);
        Assert.Matches(@"a difference of 0\.2 takes \d+ seeds: \d\.\de\d+ FLOPs", text);
        Assert.Contains("bench run --pilot 3 measures yours", text, StringComparison.Ordinal);
    }
}
