using Bench.Protocol.Ledger;
using Bench.Protocol.Reading;

namespace Bench.Tests.Protocol;

/// <summary>What is summed up of models in use.</summary>
public sealed class UseTests
{
    [Fact]
    public void Use_is_summed_up_over_seeds_with_intervals_over_seeds_and_items_beside_the_cost_of_making()
    {
        var spec = Experiments.Parse(Experiments.Small + "\nuse: { tokens: 8 }");
        Assert.Equal(8, spec.Use!.Tokens);
        RunRow Run(string run, string student, double flops) =>
            new(
                run,
                "small",
                1,
                "ada",
                student,
                student.Length > 0 ? "logits" : "",
                "",
                student.Length > 0 ? 6e8 : null,
                null,
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
                flops,
                null,
                null,
                flops / 1e12,
                null,
                "cpu",
                "",
                "",
                false,
                "",
                1
            );
        var results = Results.Empty with
        {
            Runs = [Run("teacher", "", 0), Run("a", "tiny", 1e9), Run("b", "tiny", 3e9)],
        };
        UseRow Use(string run, string format, double rate) =>
            new(run, format, 100, 0.5, rate, 10 * rate, 1000, "P", "c", false);
        UseRow[] uses =
        [
            Use("teacher", "onnx-int8", 5),
            Use("a", "onnx-int8", 10),
            Use("b", "onnx-int8", 30),
            Use("gone", "onnx-int8", 1),
        ];
        var items = uses.SelectMany(use =>
                Enumerable
                    .Range(0, 50)
                    .Select(i => new UseItemRow(
                        use.Run,
                        use.Format,
                        "addition",
                        "accuracy",
                        i,
                        use.Run == "a" || i < 25 ? 1 : 0
                    ))
            )
            .ToArray();
        var rows = UseSummaryRow.Of(spec, results with { Uses = uses, UseItems = items });
        Assert.Equal(["", "tiny"], rows.Select(row => row.Student));
        var student = rows[1];
        Assert.Equal(
            (2, 50, 0.75, 20.0, 2e9),
            (student.Seeds, student.Items, student.Value, student.TokensPerSecond, student.FlopsMaking)
        );
        // One seed has all right, the other half: two seeds tell next to nothing.
        Assert.InRange(student.CiLow!.Value, 0, 0.1);
        Assert.InRange(student.CiHigh!.Value, 0.95, 1);
        Assert.Equal("two-term-wilson", student.IntervalMethod);
        Assert.Null(rows[0].FlopsMaking);
    }

    [Fact]
    public void Only_models_that_answer_can_be_measured_in_use() =>
        Assert.Contains(
            "asks for no answers",
            Assert
                .Throws<SpecException>(() =>
                    Experiments.Parse(
                        Experiments
                            .Small.Altered("{ name: addition, digits: 2 }", "{ name: teacher-text, tokens: 32 }")
                            .Altered("baselines: [ gold-answers ]\n", "") + "\nuse: { tokens: 8 }"
                    )
                )
                .Message,
            StringComparison.Ordinal
        );
}
