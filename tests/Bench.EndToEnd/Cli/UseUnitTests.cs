using Bench.Protocol.Ledger;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs.Sections;
using Bench.Protocol.Store;

namespace Bench.EndToEnd.Cli;

/// <summary>An experiment that measures its models in use.</summary>
public sealed class UseUnitTests
{
    [Fact]
    public void Every_model_of_the_largest_budget_is_measured_in_every_format_and_not_again()
    {
        using var scratch = Repository.Scratch();
        var bench = new BenchProcess(Directory.CreateDirectory(scratch.File("home")).FullName);
        var (experiment, output) = (scratch.File("experiment.yaml"), scratch.File("results"));
        File.WriteAllText(
            experiment,
            Experiments
                .Small.Altered("seeds: [0, 1]", "seeds: [0]\nuse: { tokens: 8 }")
                .Altered("  - { name: logits, objective: forward-kl, temperature: 2, signal: top-k, k: 4 }\n", "")
                .Altered("items: 40", "items: 20")
        );
        var run = bench.Run("run", experiment, "--out", output);
        Assert.True(run.Code == 0, run.Errors + run.Output);
        var folder = new ResultsFolder(output);
        var uses = folder.Read().Uses;
        var runs = folder.Read().Runs.ToDictionary(row => row.Run);
        // The teacher, the method's student and the baseline's.
        Assert.Equal(3 * 3, uses.Count);
        Assert.Equal(["", "answers", "gold-answers"], uses.Select(use => runs[use.Run].Method).Distinct().Order());
        Assert.All(
            uses,
            use =>
                Assert.True(
                    runs[use.Run].Budget is null or 6e8
                        && use
                            is {
                                ModelBytes: > 1000,
                                FirstTokenSeconds: > 0,
                                TokensPerSecond: > 0,
                                TokensPerSecond16: > 0,
                                PeakBytes: > 10_000_000
                            }
                )
        );
        // Weights answer as they did when the run was scored.
        var scores = folder.Read().Scores.ToDictionary(row => row.Run, row => row.Value);
        var items = folder.Read().UseItems;
        Assert.All(
            items.Where(item => item.Format == "torch-fp32").GroupBy(item => item.Run),
            group => Assert.Equal(scores[group.Key], group.Average(item => item.Score), 1e-9)
        );
        Assert.Contains(
            "accuracy-over-use",
            string.Join(' ', Directory.GetFiles(folder.Figures)),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "gold-answers",
            File.ReadAllText(Path.Combine(folder.Tables, "use.txt")),
            StringComparison.Ordinal
        );
        Assert.Equal(9, folder.ReadTable<UseSummaryRow>("use-summary.csv").Count);

        // Each stands in the store now, and is not measured again.
        Assert.Equal(0, bench.Run("run", experiment, "--out", output).Code);
        Assert.Equal(uses, folder.Read().Uses);
        Assert.Equal(items, folder.Read().UseItems);
        // One that is lost is.
        var lost = uses[4];
        var unit = Planner
            .Make(ExperimentFile.Load(experiment), new Experiments.NoFiles())
            .Units.OfType<UseUnit>()
            .Single(unit => unit.Model.Run == lost.Run && Names<ModelFormat>.Of(unit.Format) == lost.Format);
        new ContentStore(scratch.File("home/store")).Remove(unit.Fingerprint.Text);
        Assert.Equal(0, bench.Run("run", experiment, "--out", output).Code);
        var again = folder.Read().Uses;
        Assert.Equal(uses.Where((_, i) => i != 4), again.Where((_, i) => i != 4));
        Assert.NotEqual(lost.TokensPerSecond, again[4].TokensPerSecond);
        Assert.Equal(items, folder.Read().UseItems);
    }
}
