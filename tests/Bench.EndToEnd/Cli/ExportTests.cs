using Bench.Protocol.Ledger;

namespace Bench.EndToEnd.Cli;

/// <summary>Models that leave the laboratory.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_student_is_exported_with_its_lineage_and_writes_the_same_wherever_it_goes()
    {
        File.WriteAllText(
            scratch.File("experiment.yaml"),
            Experiments
                .Small.Altered("licence: MIT", "licence: Llama 3.1 Community License\n  acknowledge: [llama-3.1]")
                .Altered("values: [2e8, 6e8]", "values: [2e8]")
                .Altered("seeds: [0, 1]", "seeds: [0]")
        );
        var bench = new BenchProcess(scratch.Path);
        string Ok(params string[] words)
        {
            var run = bench.Run(words);
            Assert.True(run.Code == 0, run.Errors + run.Output);
            return run.Output;
        }

        Ok("run", scratch.File("experiment.yaml"), "--out", scratch.File("results"));
        var student = new ResultsFolder(scratch.File("results")).Read().Runs.Single(row => row.Method == "logits").Run;
        var named = $"{scratch.File("experiment.yaml")}/{student}";
        Ok("export", named, "--hf", scratch.File("hf"), "--onnx", scratch.File("graph"));
        foreach (
            var model in (string[])
                [named, scratch.File("hf"), scratch.File("graph"), scratch.File("graph/onnx/model.onnx")]
        )
            Assert.Equal(
                Ok("sample", named, "--prompt", "12+34=", "--max-tokens", "20", "--json"),
                Ok("sample", model, "--prompt", "12+34=", "--max-tokens", "20", "--json")
            );
        Assert.Equal(
            Ok("score", named, "--text", "12+34=46"),
            Ok("score", scratch.File("graph"), "--text", "12+34=46")
        );

        var card = File.ReadAllText(scratch.File("hf/README.md"));
        Assert.Equal(card, File.ReadAllText(scratch.File("graph/README.md")));
        Assert.Contains("license_name: \"Llama 3.1 Community License\"", card, StringComparison.Ordinal);
        Assert.Contains(
            "a distributed model trained on outputs must have a name starting with Llama",
            card,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "one seed: the intervals do not show how much training varies",
            Ok("report", scratch.File("experiment.yaml"), "--out", scratch.File("results")),
            StringComparison.Ordinal
        );
        // Teacher, text, probabilities, student: in this order, each with its hash.
        var steps = card.Split('\n').Where(line => line.StartsWith("1. ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(4, steps.Length);
        foreach (
            var (step, says) in steps.Zip((string[])["teacher ada", "text of ada", "top-4 T=2 of ada", "tiny logits"])
        )
            Assert.StartsWith("1. " + says, step, StringComparison.Ordinal);
        Assert.Contains($"(`{student}", steps[3], StringComparison.Ordinal);
        Assert.All(steps, step => Assert.Matches("\\(`[0-9a-f]{32}`\\)$", step));

        foreach (
            var (words, says) in ((string[], string)[])
                [
                    (["export", named], "give --hf DIR, --onnx DIR, or both"),
                    (["export", scratch.File("graph"), "--hf", scratch.File("x")], "is a graph already"),
                    (
                        ["export", $"{scratch.File("experiment.yaml")}/nobody", "--hf", scratch.File("x")],
                        "has no run 'nobody'"
                    ),
                ]
        )
        {
            var run = bench.Run(words);
            Assert.Equal(2, run.Code);
            Assert.Contains(says, run.Errors, StringComparison.Ordinal);
        }
    }
}
