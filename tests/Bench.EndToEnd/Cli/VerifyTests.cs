using Bench.Protocol.Ledger;
using Bench.Protocol.Outcomes;

namespace Bench.EndToEnd.Cli;

/// <summary>Whether what was recorded comes again.</summary>
public sealed class VerifyTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();

    public VerifyTests() => Directory.CreateDirectory(scratch.File("home"));

    public void Dispose() => scratch.Dispose();

    /// <summary>Those whose cheapest run needs a teacher or a start that takes long.</summary>
    private static readonly string[] Long =
    [
        "narrow-or-broad",
        "many-seeds",
        "beside-sky-t1",
        "identity",
        "reasoning-traces",
        "teacher-size",
    ];

    public static IEnumerable<TheoryDataRow<string>> Committed() =>
        Directory
            .GetDirectories(Path.Combine(Repository.Root, "results"))
            .Where(folder => File.Exists(Path.Combine(folder, "manifest.json")))
            .Select(folder => Path.GetFileName(folder))
            .Select(name => new TheoryDataRow<string>(name) { Explicit = Long.Contains(name) });

    // The cheapest run of each with what it needs: more is for people with time.
    [Theory]
    [MemberData(nameof(Committed))]
    public void Committed_results_come_again(string experiment)
    {
        var data =
            experiment.StartsWith("hinton", StringComparison.Ordinal) ? Repository.DataOrSkip("benchmarks/mnist")
            : experiment is "tinystories" or "scaling-law" or "detection"
                ? Repository.DataOrSkip("checkpoints/stories260k")
            : Repository.Root;
        var verified = new BenchProcess(
            scratch.File("home"),
            data == Repository.Root ? null : Path.GetFullPath(Path.Combine(data, "..", ".."))
        ).Run("verify", experiment, "--seconds", "1");
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
        Assert.Contains(" 0 different", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_score_that_was_changed_is_found_and_named_and_a_changed_experiment_is_no_proof()
    {
        var (experiment, output) = (scratch.File("experiment.yaml"), scratch.File("results"));
        var small = Experiments.Small.Altered("seeds: [0, 1]", "seeds: [0]");
        File.WriteAllText(experiment, small);
        var bench = new BenchProcess(scratch.File("home"));
        Assert.Equal(0, bench.Run("run", experiment, "--out", output).Code);
        var whole = bench.Run("verify", experiment, "--out", output, "--all");
        Assert.True(whole.Code == 0, whole.Output + whole.Errors);
        Assert.Contains("verified 7 of 7 runs: 7 to the bit, 0 different", whole.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(scratch.File("home"), "*.tmp"));

        var folder = new ResultsFolder(output);
        var results = folder.Read();
        var run = results.Runs.First(row => row.Method == "answers").Run;
        folder.Write(
            results with
            {
                Items =
                [
                    .. results.Items.Select(row =>
                        row.Run == run && row.Item == 3 ? row with { Score = 1 - row.Score } : row
                    ),
                ],
            }
        );
        var changed = bench.Run("verify", experiment, "--out", output, "--all");
        Assert.Equal(1, changed.Code);
        Assert.Contains("addition accuracy: 1 of 40 items differ", changed.Output, StringComparison.Ordinal);
        Assert.Contains("6 to the bit, 1 different", changed.Output, StringComparison.Ordinal);

        File.WriteAllText(experiment, small.Altered("prompts: 300", "prompts: 301"));
        var other = bench.Run("verify", experiment, "--out", output, "--seconds", "1");
        Assert.Equal(1, other.Code);
        Assert.Contains(
            "DIFFERS: 7 recorded runs are not of this experiment as it is now",
            other.Output,
            StringComparison.Ordinal
        );
        Assert.Equal(2, bench.Run("verify", experiment, "--out", scratch.File("nothing")).Code);
    }

    [Fact]
    public void To_the_bit_is_every_item_and_within_a_tolerance_is_the_mean_and_the_FLOPs()
    {
        var charge = new Bench.Protocol.Costs.Charge(
            Bench.Protocol.Costs.ChargeKind.StudentTraining,
            10,
            new Bench.Protocol.Units.Flops(1000),
            default
        );
        // Of fewer items one mean by chance is like any other.
        double[] Many(double[] scores) => [.. Enumerable.Repeat(scores, 100).SelectMany(score => score)];
        ItemRow[] items = [.. Many([1, 0, 1, 0]).Select((score, i) => new ItemRow("r", "t", i, "accuracy", score))];
        var verification = new Verification(
            Results.Empty with
            {
                Items = items,
                Charges = [new ChargeRow("r", "student-training", 10, 1000, 1, null, null)],
            }
        );
        Outcome Again(double[] scores, double flops = 1000) =>
            new()
            {
                Status = UnitStatus.Ok,
                Scores = [new TaskScores("t", "accuracy", Many(scores))],
                Charges = [charge with { Flops = new Bench.Protocol.Units.Flops(flops) }],
                Circumstances = new Circumstances
                {
                    StartedUtc = "",
                    Seconds = 1,
                    PeakRssBytes = null,
                    Device = "cpu",
                    Tensors = "",
                    Commit = "",
                    Dirty = false,
                },
            };
        Assert.Empty(verification.Differences("r", Again([1, 0, 1, 0]), true, null));
        // The same mean by other items is not the same to the bit, and is within any tolerance.
        Assert.Single(verification.Differences("r", Again([0, 1, 1, 0]), true, null));
        Assert.Empty(verification.Differences("r", Again([0, 1, 1, 0]), false, 0.001));
        Assert.Contains(
            "0.5 then and 0.75 now, which is not between 0.39",
            Assert.Single(verification.Differences("r", Again([1, 1, 1, 0]), false, null)),
            StringComparison.Ordinal
        );
        // As far as another seed is, a run on another machine may be.
        RunRow Seed(string run, long seed) =>
            new(
                run,
                "e",
                1,
                "ada",
                "tiny",
                "traces",
                "",
                1,
                seed,
                "ok",
                "",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                "",
                "",
                "",
                false,
                ""
            );
        var others = Results.Empty with
        {
            Runs = [Seed("r", 0), Seed("s", 1)],
            Items = [.. items, .. items.Select(item => item with { Run = "s", Score = item.Item % 4 == 3 ? 0 : 1 })],
            Charges = [new ChargeRow("r", "student-training", 10, 1000, 1, null, null)],
        };
        Assert.Empty(new Verification(others).Differences("r", Again([1, 1, 1, 0]), false, null));
        // No seed was below the recorded one: as far on the other side nothing is.
        Assert.Single(new Verification(others).Differences("r", Again([1, 0, 0, 0]), false, null));
        // A tolerance that somebody asks for is all there is.
        Assert.Single(new Verification(others).Differences("r", Again([1, 1, 1, 0]), false, 0.2));
        Assert.Empty(verification.Differences("r", Again([1, 1, 1, 0]), false, 0.25));
        Assert.Equal(0.75, Assert.Single(verification.Means("r", Again([1, 1, 1, 0]), 0.25)).High);
        Assert.Contains(
            "FLOPs of student-training: 1000 then and 1100 now",
            Assert.Single(verification.Differences("r", Again([1, 0, 1, 0], 1100), true, null)),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "200 were measured now",
            Assert.Single(verification.Differences("r", Again([1, 0]), false, 0.5)),
            StringComparison.Ordinal
        );
    }
}
