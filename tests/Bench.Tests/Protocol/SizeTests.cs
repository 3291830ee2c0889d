using Bench.Protocol.Reading;
using Bench.Protocol.Specs.Sections;

namespace Bench.Tests.Protocol;

/// <summary>Experiments that are too large are refused before they take memory.</summary>
public sealed class SizeTests
{
    [Fact]
    public void A_plan_of_too_many_runs_is_refused()
    {
        var error = Assert.Throws<SpecException>(() =>
            Experiments.Parse(
                Experiments.Small.Altered("seeds: [0, 1]", $"seeds: [{string.Join(", ", Enumerable.Range(0, 20_000))}]")
            )
        );
        Assert.Contains("20000 seeds and 1 teachers are over 50000 runs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_over_a_mebibyte_is_refused_and_one_below_is_read()
    {
        using var scratch = Repository.Scratch();
        var file = scratch.File("experiment.yaml");
        File.WriteAllText(file, Experiments.Small + "\n" + new string('#', 1 << 20));
        Assert.Contains(
            "the file is over 1 MiB",
            Assert.Throws<SpecException>(() => ExperimentFile.Load(file)).Message,
            StringComparison.Ordinal
        );
        File.WriteAllText(file, Experiments.Small + "\n" + new string('#', 1 << 19));
        Assert.Equal("small", ExperimentFile.Load(file).Name);
    }
}
