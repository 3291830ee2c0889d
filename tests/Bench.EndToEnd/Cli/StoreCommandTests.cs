using Bench.Protocol.Ledger;

namespace Bench.EndToEnd.Cli;

/// <summary>What happens to a store that was damaged, or has become too large.</summary>
public sealed class StoreCommandTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();

    public StoreCommandTests() => Directory.CreateDirectory(scratch.File("home"));

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Results_that_cannot_be_planned_here_are_named_and_the_others_are_looked_at()
    {
        Repository.DataOrSkip("benchmarks/mnist");
        var committed = new ResultsFolder(Path.Combine(Repository.Root, "results", "quickstart")).ReadManifest()!;
        var folder = new ResultsFolder(scratch.File("old"));
        folder.Update(
            (results, _) => results,
            committed with
            {
                Spec = Experiments.Small.Altered("digits: 2", "digits: 77"),
            }
        );
        var gc = new BenchProcess(scratch.File("home")).Run("store", "gc", "--results", folder.Path);
        Assert.Equal(0, gc.Code);
        Assert.Single(
            gc.Errors.Split('\n'),
            line =>
                line.StartsWith(
                    $"bench: {folder.Path}: its units are not known, since it cannot be planned here (",
                    StringComparison.Ordinal
                )
        );
        Assert.Contains("entries that results refer to", gc.Output, StringComparison.Ordinal);
        // What may be its own is not freed.
        var delete = new BenchProcess(scratch.File("home")).Run("store", "gc", "--results", folder.Path, "--delete");
        Assert.Equal(2, delete.Code);
        Assert.Contains("; mend that, or move the folder away", delete.Errors, StringComparison.Ordinal);
    }

    // A minute: --long runs it.
    [Fact(Explicit = true)]
    public void A_flipped_bit_in_each_kind_of_stored_file_is_found_named_and_mended()
    {
        var (experiment, output, bench) = (
            scratch.File("experiment.yaml"),
            scratch.File("results"),
            new BenchProcess(scratch.File("home"))
        );
        File.WriteAllText(
            experiment,
            Experiments.Small.Altered("seeds: [0, 1]", "seeds: [0]").Altered("values: [2e8, 6e8]", "values: [2e8]")
        );
        Assert.Equal(0, bench.Run("run", experiment, "--out", output).Code);
        var scores = File.ReadAllBytes(Path.Combine(output, "scores.csv"));
        string[] kinds = ["text.bin", "scores.bin", "model.safetensors", "config.json", "outcome.json", "entry.sha256"];
        foreach (var kind in kinds)
        {
            var file = Directory
                .GetFiles(Path.Combine(scratch.File("home"), "store", "entries"), kind, SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .First();
            var bytes = File.ReadAllBytes(file);
            bytes[bytes.Length / 2] ^= 4;
            File.WriteAllBytes(file, bytes);
            var again = bench.Run("run", experiment, "--out", output);
            Assert.True(again.Code == 0, again.Errors + again.Output);
            Assert.Contains("its entry in the store is damaged (", again.Output, StringComparison.Ordinal);
            if (kind != "entry.sha256")
                Assert.Contains(kind, again.Output, StringComparison.Ordinal);
            Assert.Equal(scores, File.ReadAllBytes(Path.Combine(output, "scores.csv")));
        }

        // Nothing is wrong now; then doctor finds what is, and takes it away.
        Assert.Equal(0, bench.Run("doctor", "--store").Code);
        var text = Directory
            .GetFiles(Path.Combine(scratch.File("home"), "store", "entries"), "text.bin", SearchOption.AllDirectories)
            .First();
        File.AppendAllText(text, "x");
        var doctor = bench.Run("doctor", "--store");
        Assert.Equal(1, doctor.Code);
        Assert.Contains(
            $"WRONG: {Path.GetDirectoryName(text)}: text.bin; taken away",
            doctor.Output,
            StringComparison.Ordinal
        );
        Assert.False(File.Exists(text));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(scratch.File("home"), "store", "staging")));

        // What the results refer to is kept, and an experiment that nobody has results of is not.
        Assert.Equal(0, bench.Run("run", experiment, "--out", output).Code);
        File.WriteAllText(
            experiment,
            Experiments
                .Small.Altered("prompts: 300", "prompts: 280")
                .Altered("seeds: [0, 1]", "seeds: [0]")
                .Altered("values: [2e8, 6e8]", "values: [2e8]")
        );
        Assert.Equal(0, bench.Run("run", experiment, "--out", scratch.File("other")).Code);
        Directory.Delete(scratch.File("other"), recursive: true);
        // The teacher serves both.
        var shown = bench.Run("store", "gc", "--results", output);
        Assert.Contains("7 entries that results refer to", shown.Output, StringComparison.Ordinal);
        Assert.Contains("6 others: ", shown.Output, StringComparison.Ordinal);
        Assert.Contains(
            "6 others: ",
            bench.Run("store", "gc", "--results", output, "--delete").Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "0 others: 0.0 MiB",
            bench.Run("store", "gc", "--results", output).Output,
            StringComparison.Ordinal
        );
        Assert.Equal(2, bench.Run("store", "gc", "--results", scratch.File("nothing")).Code);
    }
}
