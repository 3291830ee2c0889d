using Bench.EndToEnd.Cli;
using Bench.Protocol.Claims;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs.Sections;

namespace Bench.EndToEnd.Protocol;

/// <summary>A laboratory experiment at the scale of a claim.</summary>
public sealed class ClaimScaleTests : IDisposable
{
    private static readonly IReadOnlyList<Claim> Claims = ClaimTable.Read(
        Path.Combine(Repository.Root, "experiments", "claims", "claims.csv")
    );

    private readonly Scratch scratch = Repository.Scratch();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void The_scale_of_a_claim_is_its_student_beside_its_teacher_and_its_tokens_for_each_parameter()
    {
        // 671 billion parameters of DeepSeek-R1 stand in another row; two passes over 804,745 examples of 5,355.3
        // tokens are the least.
        var distilled = ClaimScale.Of(Claims, "r1-distill-qwen-7b");
        Assert.Equal(7.0 / 671, distilled.StudentShare!.Value, 1e-9);
        Assert.Equal(2 * 4309650899.0 / 7e9, distilled.TokensPerParameter!.Value, 1e-9);
        Assert.Empty(distilled.Missing);
        // Of Sky-T1 the size of the teacher is known, and not its tokens; of a teacher behind a server neither.
        Assert.Equal(
            (1.0, null),
            (ClaimScale.Of(Claims, "sky-t1-32b").StudentShare, ClaimScale.Of(Claims, "sky-t1-32b").TokensPerParameter)
        );
        Assert.Equal(
            ["the teacher's parameters", "the tokens that were trained on"],
            ClaimScale.Of(Claims, "s1-32b").Missing
        );
        // PaLM-540B says its size in its name.
        Assert.InRange(ClaimScale.Of(Claims, "distill-step-by-step").StudentShare!.Value, 0.0004, 0.03);
        Assert.Contains(
            "did you mean 'sky-t1-32b'?",
            Assert.Throws<UsageException>(() => ClaimScale.Of(Claims, "sky-t1-32")).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.25)]
    [InlineData(0.02)]
    public void The_nearest_shape_is_near_no_larger_than_the_largest_and_can_be_built(double share)
    {
        var largest = Experiments
            .Parse(Experiments.Small.Altered("layers: 1, width: 16", "layers: 3, width: 96"))
            .Teachers[0]
            .Training!.Model with
        {
            Vocabulary = 17,
        };
        var shape = ScaledExperiment.Nearest(largest, share * largest.Parameters);
        Assert.InRange(shape.Parameters / (share * largest.Parameters), 0.75, 1.25);
        Assert.True(
            shape.Layers <= 3
                && shape.Width <= 96
                && shape.Width == shape.Heads * shape.HeadWidth
                && shape.HeadWidth % 2 == 0
        );
    }

    [Fact]
    public void Plan_writes_the_experiment_at_a_claim_s_scale_and_it_can_be_read()
    {
        Directory.CreateDirectory(scratch.File("home"));
        var (experiment, written) = (scratch.File("experiment.yaml"), scratch.File("scaled.yaml"));
        File.WriteAllText(
            experiment,
            Experiments
                .Small.Altered(
                    "  model: { layers: 1, width: 16, heads: 2 }\nstudents",
                    "  model: { layers: 2, width: 64, heads: 4 }\nstudents"
                )
                .Altered("[2e8, 6e8]", "[2e9, 6e9]")
        );
        var bench = new BenchProcess(scratch.File("home"));
        var planned = bench.Run("plan", experiment, "--as", "r1-distill-qwen-7b", "--out", written);
        Assert.True(planned.Code == 0, planned.Errors);
        Assert.Contains(
            "student / teacher parameters: 0.0104 in r1-distill-qwen-7b",
            planned.Output,
            StringComparison.Ordinal
        );
        var scaled = ExperimentFile.Load(written);
        var (student, teacher) = (
            scaled.Students[0].Model with
            {
                Vocabulary = 17,
            },
            scaled.Teachers[0].Training!.Model with
            {
                Vocabulary = 17,
            }
        );
        Assert.InRange((double)student.Parameters / teacher.Parameters, 0.008, 0.013);
        Assert.Equal(
            ("small-as-r1-distill-qwen-7b", "r1-distill-qwen-7b", "tokens", 3),
            (scaled.Name, scaled.As!.Claim, scaled.Budgets[0].Unit, scaled.Budgets.Count)
        );
        // The claim's tokens are all that were processed; a budget counts those that carry loss, and a solution is
        // longer than its loss.
        Assert.InRange(
            scaled.Budgets[1].Amount / student.Parameters,
            0.5,
            ClaimScale.Of(Claims, "r1-distill-qwen-7b").TokensPerParameter!.Value
        );
        // What a claim does not state is said, and one without a scale is refused.
        Assert.Contains(
            "sky-t1-32b does not state the tokens that were trained on",
            bench.Run("plan", experiment, "--as", "sky-t1-32b").Output,
            StringComparison.Ordinal
        );
        Assert.Equal(2, bench.Run("plan", experiment, "--as", "s1-32b").Code);
        // What cannot be had is not written.
        var tooSmall = bench.Run("plan", "query-budget", "--as", "pythia-1b", "--out", scratch.File("none.yaml"));
        Assert.Equal(2, tooSmall.Code);
        Assert.Contains("query-budget asks about queries", tooSmall.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(scratch.File("none.yaml")));
        Assert.Equal(2, bench.Run("plan", experiment, "--out", written).Code);
    }

    [Fact]
    public void What_an_experiment_stands_beside_is_read()
    {
        var point = Experiments
            .Parse(
                Experiments.Small + "\nas: { claim: sky-t1-32b, usd: 450, recovered: { 'MATH-500': 0.46, AIME: 0.8 } }"
            )
            .As!;
        Assert.Equal(("sky-t1-32b", 450.0), (point.Claim, point.Usd));
        Assert.Equal([("AIME", 0.8), ("MATH-500", 0.46)], point.Recovered!.Select(gap => (gap.Key, gap.Value)));
    }
}
