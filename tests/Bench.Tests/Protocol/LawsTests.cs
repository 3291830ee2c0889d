using Bench.Protocol.Ledger;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;

namespace Bench.Tests.Protocol;

/// <summary>Laws read off a ledger.</summary>
public class LawsTests
{
    private static readonly (string Name, long Size)[] Students =
    [
        ("a", 8_000),
        ("b", 16_000),
        ("c", 32_000),
        ("d", 64_000),
        ("e", 128_000),
        ("f", 256_000),
    ];
    private static readonly double[] Tokens = [1e5, 3e5, 1e6, 3e6, 1e7];

    private static ExperimentSpec Spec => Experiments.Parse(Yaml);

    private static string Yaml =>
        $$"""
            schema: 1
            name: laws
            question: Does it fall?
            tasks:
              - { name: stories, task: teacher-text, tokens: 16 }
            teacher:
              name: someone
              licence: MIT
              checkpoint: { path: a.bin }
              sampling: { temperature: 1 }
            students:
            {{string.Join(
                '\n',
                Students.Select(student =>
                    $"  - {{ name: {student.Name}, model: {{ layers: 1, width: 16, heads: 2 }} }}"
                )
            )}}
            methods:
              - { name: text, objective: cross-entropy, signal: text }
              - { name: logits, objective: forward-kl, signal: top-k }
            laws: { supervised: text, distilled: logits }
            budgets: { unit: tokens, values: [1e5, 3e5, 1e6, 3e6, 1e7] }
            """;

    // A token costs 6 N alone and 1.5e6 more with the teacher; distilling learns from a quarter of the tokens. What is
    // fixed comes on top.
    private static Results Recorded(double teacher = 1.5, double once = 0)
    {
        var (runs, items) = (new List<RunRow>(), new List<ItemRow>());
        void Item(string run, double loss)
        {
            // Two items around the mean.
            items.Add(new ItemRow(run, "stories", 0, "bits-per-token", loss - 0.1));
            items.Add(new ItemRow(run, "stories", 1, "bits-per-token", loss + 0.1));
        }

        RunRow Row(string run, string student, string method, double? budget, long? size, double? flops) =>
            new(
                run,
                "laws",
                1,
                "someone",
                student,
                method,
                budget is null ? "" : "tokens",
                budget,
                0,
                "ok",
                "",
                size,
                1,
                1,
                (long?)budget,
                1,
                1,
                flops,
                1,
                flops,
                1,
                1,
                1,
                1,
                "cpu",
                "p",
                "c",
                false,
                "t"
            );
        runs.Add(Row("teacher", "", "", null, null, null));
        Item("teacher", teacher);
        foreach (var (name, size) in Students)
        {
            foreach (var tokens in Tokens)
            {
                runs.Add(Row($"t{name}{tokens}", name, "text", tokens, size, 6 * size * tokens));
                Item($"t{name}{tokens}", 1.5 + 60 / Math.Pow(size, 0.5) + 200 / Math.Pow(tokens, 0.4));
                runs.Add(
                    Row($"l{name}{tokens}", name, "logits", tokens, size, once + 6 * size * tokens + 1.5e6 * tokens)
                );
                Item($"l{name}{tokens}", 1.5 + 60 / Math.Pow(size, 0.5) + 200 / Math.Pow(4 * tokens, 0.4));
            }
        }

        var charges =
            once == 0
                ? []
                : runs.Where(run => run.Method == "logits")
                    .Select(run => new ChargeRow(run.Run, "teacher-training", 1, once, 1, null, null))
                    .ToArray();
        return new Results(runs, [], items, charges, Summary.Of(Spec, runs, items));
    }

    [Fact]
    public void Laws_are_fitted_to_the_summary()
    {
        var rows = Laws.Of(Spec, Recorded())!.Rows();
        double Constant(string method, string name) =>
            rows.Single(row => row.Method == method && row.Constant == name).Value!.Value;
        Assert.Equal(1.5, Laws.Of(Spec, Recorded())!.Floor!.Value, 1e-2);
        Assert.Equal(0.5, Constant("text", "alpha"), 1e-2);
        Assert.Equal(0.4, Constant("logits", "beta"), 1e-2);
        Assert.All(rows, row => Assert.Equal(30, row.Points));
    }

    [Fact]
    public void Distilling_pays_where_a_token_teaches_more_than_it_costs()
    {
        // The same loss takes a quarter of the tokens, each of which costs 6 N + 1.5e6 instead of 6 N: it pays for
        // students beyond N = 1.5e6 / 18.
        var paybacks = Laws.Of(Spec, Recorded())!.Paybacks();
        Assert.All(paybacks, row => Assert.Equal(row.Parameters > 1.5e6 / 18 ? "logits" : "text", row.LowerByLaw));
        // The measured curves say the same.
        Assert.All(paybacks, row => Assert.Equal(row.LowerByLaw == "logits", row.MeasuredDifference < 0));
        // A small student costs so much more with the teacher that the two are measured at few common costs, and
        // nothing is said beyond them.
        Assert.All(paybacks, row => Assert.True(row.FlopsLow < row.FlopsHigh));
    }

    [Fact]
    public void What_is_paid_once_is_not_paid_for_each_token()
    {
        // Training the teacher costs 3e12 once: with b = 0.4 distilling pays when a quarter of the tokens saves more
        // than that.
        const double once = 3e12;
        var spec = Experiments.Parse(Yaml + "\nboundary: [teacher-training, teacher-scoring, student-training]");
        var row = Laws.Of(spec, Recorded(once: once))!.Paybacks().Single(row => row.Student == "f");
        Assert.Equal("logits", row.LowerByLaw);
        // The same loss: C / 6N = 4 (C - once) / (6N + 1.5e6).
        var (alone, taught) = (6 * 256_000.0, 6 * 256_000 + 1.5e6);
        Assert.Equal(1, row.FlopsTotal!.Value / (4 / taught * once / (4 / taught - 1 / alone)), 0.05);
        Assert.InRange(row.FlopsTotal.Value, row.CiLow!.Value, row.CiHigh!.Value);
    }

    [Fact]
    public void A_student_that_was_not_measured_both_ways_has_no_payback()
    {
        var all = Recorded();
        var paybacks = Laws.Of(
                    Spec,
                    all with
                    {
                        Runs = [.. all.Runs.Where(run => run.Student != "a" || run.Method != "logits")],
                    }
                )!
            .Paybacks();
        Assert.Equal(["b", "c", "d", "e", "f"], paybacks.Select(row => row.Student));
    }

    [Fact]
    public void An_experiment_without_losses_over_tokens_has_no_laws()
    {
        Assert.Contains(
            "laws are fitted to losses over tokens",
            Assert
                .Throws<SpecException>(() =>
                    Experiments.Parse(Experiments.Small + "\nlaws: { supervised: answers, distilled: logits }")
                )
                .Message,
            StringComparison.Ordinal
        );
        Assert.Null(Laws.Of(Experiments.Parse(Experiments.Small), Results.Empty));
    }

    [Fact]
    public void A_law_that_the_data_do_not_identify_says_so()
    {
        // A student below its floor: E is what the data say, and the distilled law has a floor above them all.
        var rows = Laws.Of(Spec, Recorded(teacher: 9))!.Rows();
        Assert.Contains(rows, row => row.Method == "logits" && row.Refusal.Length > 0);
        Assert.All(Laws.Of(Spec, Recorded(teacher: 9))!.Paybacks(), row => Assert.Equal("", row.LowerByLaw));
    }
}
