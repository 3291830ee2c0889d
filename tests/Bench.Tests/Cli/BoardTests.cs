using Bench.Cli.Display;
using Bench.Cli.Execution;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;

namespace Bench.Tests.Cli;

/// <summary>What the board says, and how well it knows when a run ends.</summary>
public sealed class BoardTests
{
    private sealed class SetClock : TimeProvider
    {
        internal double Now { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(1000 * Now);
    }

    private static Outcome Done(double seconds) =>
        new()
        {
            Status = UnitStatus.Ok,
            Circumstances = new Circumstances
            {
                StartedUtc = "",
                Seconds = seconds,
                PeakRssBytes = null,
                Device = "cpu",
                Tensors = "test",
                Commit = "",
                Dirty = false,
            },
        };

    // Runs a plan on some processes in virtual time: each unit takes what it is forecast times a factor of its kind and
    // a random one. Tells the time left whenever one ends, as shares of the whole.
    private static List<(double Elapsed, double Left)> Run(Plan plan, int jobs, Func<UnitOfWork, double> factor)
    {
        var (clock, random) = (new SetClock(), new Seed(3).Stream("durations"));
        var forecast = new Forecast(plan, null);
        var remaining = new RemainingTime(plan.Units, forecast, jobs, clock);
        var (waiting, done, said) = (plan.Units.ToList(), new HashSet<string>(), new List<(double, double)>());
        var running = new PriorityQueue<UnitOfWork, double>();
        while (waiting.Count + running.Count > 0)
        {
            while (
                running.Count < jobs
                && waiting.FirstOrDefault(unit => unit.Needs.All(need => done.Contains(need.Fingerprint.Text)))
                    is { } next
            )
            {
                waiting.Remove(next);
                remaining.Started(next);
                running.Enqueue(
                    next,
                    clock.Now + (forecast.Of(next).Value + 1) * factor(next) * (0.8 + 0.4 * random.NextDouble())
                );
            }

            running.TryDequeue(out var ended, out var at);
            clock.Now = at;
            done.Add(ended!.Fingerprint.Text);
            remaining.Ended(ended, Done(1));
            said.Add((clock.Now, remaining.Seconds()));
        }

        return said;
    }

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(2, 1.0)]
    [InlineData(2, 0.3)]
    [InlineData(3, 4.0)]
    public void After_the_first_third_the_time_left_is_within_a_fifth(int jobs, double speed)
    {
        // Longer than the start of a process, which nobody's speed changes.
        var plan = Experiments.Plan(
            Experiments
                .Small.Altered("[2e8, 6e8]", "[2e11, 6e11]")
                .Altered("[0, 1]", "[0, 1, 2, 3, 4, 5]")
                .Altered("tokens: 60_000", "tokens: 60_000_000")
        );
        // Teachers and students are not equally far from what is forecast.
        var said = Run(plan, jobs, unit => speed * (unit is StudentUnit ? 1 : 1.4));
        var whole = said[^1].Elapsed;
        Assert.All(
            said.Where(moment => moment.Elapsed > whole / 3),
            moment => Assert.InRange((moment.Elapsed + moment.Left) / whole, 0.8, 1.2)
        );
        Assert.Equal(0, said[^1].Left);
    }

    [Fact]
    public void It_says_what_runs_what_is_spent_and_what_is_left_in_the_width_of_a_terminal()
    {
        var plan = Experiments.Plan(Experiments.Small);
        var clock = new SetClock();
        var remaining = new RemainingTime(plan.Units, new Forecast(plan, null), 2, clock);
        var text = new BoardText(plan.Units, remaining);
        Assert.Contains($"0 of {plan.Units.Count} units", text.Lines(80)[0], StringComparison.Ordinal);
        var teacher = plan.Units[0];
        text.Known(teacher);
        remaining.Known(teacher);
        var student = plan.Units.OfType<StudentUnit>().First(unit => unit.Budget is not null);
        text.Started(student);
        remaining.Started(student);
        Assert.Equal("  starting", text.Lines(80)[3]);
        foreach (var loss in (double[])[4, 2, 1, 0.5])
            text.Progress(student, new UnitEvent("training", 0.25, loss, 12_345));
        var lines = text.Lines(80);
        Assert.Contains($"1 of {plan.Units.Count} units", lines[0], StringComparison.Ordinal);
        Assert.Contains(" left", lines[0], StringComparison.Ordinal);
        Assert.Contains("FLOPs spent", lines[1], StringComparison.Ordinal);
        Assert.Equal(student.Label, lines[2]);
        Assert.Contains("█▆▃▁", lines[3], StringComparison.Ordinal);
        Assert.Contains("0.500  12.3k tok/s", lines[3], StringComparison.Ordinal);
        Assert.Contains("of 2.0e8", lines[3], StringComparison.Ordinal);
        Assert.All(text.Lines(60), line => Assert.InRange(line.Length, 1, 60));
        text.Ended(student, Done(1) with { Status = UnitStatus.Failed });
        Assert.Contains("1 failed", text.Lines(80)[0], StringComparison.Ordinal);
        Assert.Equal(2, text.Lines(80).Count);
    }

    [Theory]
    [InlineData(5, "5 s")]
    [InlineData(179.6, "3 min 00 s")]
    [InlineData(125, "2 min 05 s")]
    [InlineData(7260, "2 h 01 min")]
    public void Durations_are_told_as_people_do(double seconds, string text) =>
        Assert.Equal(text, BoardText.Duration(seconds));

    [Fact]
    public void A_curve_in_a_line_has_its_extremes_and_no_more_than_its_width()
    {
        Assert.Equal("", Sparkline.Of([], 5));
        Assert.Equal("▁▁", Sparkline.Of([2, 2], 5));
        Assert.Equal("█▁", Sparkline.Of([1, -1], 5));
        Assert.Equal(10, Sparkline.Of([.. Enumerable.Range(1, 1000).Select(i => 1.0 / i)], 10).Length);
    }
}
