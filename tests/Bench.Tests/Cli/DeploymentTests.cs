using Bench.Protocol.Ledger;
using Bench.Tests.Protocol;

namespace Bench.Tests.Cli;

/// <summary>An experiment that measures its models in use.</summary>
public sealed class DeploymentTests
{
    [Fact]
    public void Every_model_of_the_largest_budget_is_measured_in_every_format_and_only_what_is_missing_again()
    {
        using var scratch = Repository.Scratch();
        var bench = new BenchProcess(Directory.CreateDirectory(scratch.File("home")).FullName);
        var (experiment, output) = (scratch.File("experiment.yaml"), scratch.File("results"));
        File.WriteAllText(experiment, Experiments.Small.Replace("seeds: [0, 1]", "seeds: [0]\ndeployment: { tokens: 8 }", StringComparison.Ordinal)
            .Replace("  - { name: logits, objective: forward-kl, temperature: 2, signal: top-k, k: 4 }\n", "", StringComparison.Ordinal).Replace("items: 40", "items: 20", StringComparison.Ordinal));
        var run = bench.Run("run", experiment, "--out", output);
        Assert.True(run.Code == 0, run.Errors + run.Output);
        var folder = new ResultsFolder(output);
        var uses = folder.ReadTable<UseRow>(UseRow.File);
        var runs = folder.Read().Runs.ToDictionary(row => row.Run);
        // The teacher, the method's student and the baseline's.
        Assert.Equal(3 * 3, uses.Count);
        Assert.Equal(["", "answers", "gold-answers"], uses.Select(use => runs[use.Run].Method).Distinct().Order());
        Assert.All(uses, use => Assert.True(runs[use.Run].Budget is null or 6e8 && use is { ModelBytes: > 1000, FirstTokenSeconds: > 0, TokensPerSecond: > 0, TokensPerSecond16: > 0, PeakBytes: > 10_000_000 }));
        // Weights answer as they did when the run was scored.
        var scores = folder.Read().Scores.ToDictionary(row => row.Run, row => row.Value);
        var items = folder.ReadTable<UseItemRow>(UseItemRow.File);
        Assert.All(items.Where(item => item.Format == "torch-fp32").GroupBy(item => item.Run), group => Assert.Equal(scores[group.Key], group.Average(item => item.Score), 1e-9));
        Assert.Contains("accuracy-over-use", string.Join(' ', Directory.GetFiles(folder.Figures)), StringComparison.Ordinal);
        Assert.Contains("gold-answers", File.ReadAllText(Path.Combine(folder.Tables, "use.txt")), StringComparison.Ordinal);
        Assert.Equal(9, folder.ReadTable<UseSummaryRow>("use-summary.csv").Count);

        // What another processor measured is replaced; what stands from this one is not touched.
        folder.WriteTable(UseRow.File, uses.Select((use, i) => i == 4 ? use with { Processor = "another", TokensPerSecond = 1 } : use));
        Assert.Equal(0, bench.Run("run", experiment, "--out", output).Code);
        var again = folder.ReadTable<UseRow>(UseRow.File);
        Assert.Equal(uses.Where((_, i) => i != 4), again.Where((_, i) => i != 4));
        Assert.Equal(uses[4].Processor, again[4].Processor);
        Assert.NotEqual(1, again[4].TokensPerSecond);
        Assert.Equal(items, folder.ReadTable<UseItemRow>(UseItemRow.File));
    }
}
