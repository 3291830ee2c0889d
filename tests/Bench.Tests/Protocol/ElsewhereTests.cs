using Bench.Protocol.Ledger;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;

namespace Bench.Tests.Protocol;

/// <summary>Teachers that work elsewhere: their work is a range, worked by hand beside each.</summary>
public sealed class ElsewhereTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();

    public void Dispose() => scratch.Dispose();

    private static Plan Planned(string elsewhere, string boundary = "[teacher-generation, student-training]") =>
        Experiments.Plan(
            Experiments
                .Small.Altered(
                    """
                      train: { on: gold-traces, tokens: 60_000, learning-rate: 0.01, batch: 16 }
                      model: { layers: 1, width: 16, heads: 2 }

                    """,
                    $"  traces: {{ path: r1.jsonl }}\n{elsewhere}"
                )
                .Altered("  - { name: logits, objective: forward-kl, temperature: 2, signal: top-k, k: 4 }\n", "")
                .Altered("[teacher-generation, teacher-scoring, student-training]", boundary)
                .Altered("cloud-vcpu", "h100-sxm")
        );

    private static IReadOnlyList<ElsewhereRow> Rows(Plan plan, long tokens = 1000, ChargeRow? asked = null) =>
        Elsewhere.Rows(
            plan,
            [
                Experiments.Run("a") with
                {
                    Teacher = "ada",
                    Method = "answers",
                    TeacherTokens = tokens,
                },
                Experiments.Run("b") with
                {
                    Teacher = "",
                    Method = "gold-answers",
                    TeacherTokens = null,
                },
            ],
            asked is null ? [] : [asked]
        );

    private static void Lies((double? Low, double? High) bounds, double low, double high)
    {
        Assert.Equal(low, bounds.Low!.Value, 1e-9 * low);
        Assert.Equal(high, bounds.High!.Value, 1e-9 * high);
    }

    [Fact]
    public void Writing_selection_and_training_are_ranges_with_their_reasons()
    {
        var rows = Rows(
            Planned(
                "  elsewhere: { parameters: 32e9, rows-generated: 59000, rows-kept: 1000, engine: vllm, "
                    + "training-tokens: 18e12 }\n"
            )
        );
        Assert.Equal(["written", "selected away", "trained"], rows.Select(row => row.Work));
        Assert.All(rows, row => Assert.Equal(("a", "ada"), (row.Run, row.Teacher)));
        // A thousand of the student's tokens are 800 to 1,250 of the teacher's; 2 × 32e9 × 0.9 to 1.15 FLOPs each, and
        // half as many again for attention.
        var written = rows[0];
        Lies((written.TokensLow, written.TokensHigh), 800, 1250);
        Lies((written.FlopsLow, written.FlopsHigh), 800 * 2 * 32e9 * 0.9, 1250 * 2 * 32e9 * 1.15 * 1.5);
        // An H100 writes 1.94e13 FLOPs a second by transformers, and up to 20 times as many by an engine, at $2.79.
        Lies(
            (written.UsdLow, written.UsdHigh),
            written.FlopsLow!.Value / (20 * 1.94e13) / 3600 * 2.79,
            written.FlopsHigh!.Value / 1.94e13 / 3600 * 2.79
        );
        // 58 rows were thrown away for each that was kept, a third to three times as long.
        Lies(
            (rows[1].FlopsLow, rows[1].FlopsHigh),
            58 * 0.33 * written.FlopsLow.Value,
            58 * 3 * written.FlopsHigh.Value
        );
        Assert.Contains("discarded rows", rows[1].Reason, StringComparison.Ordinal);
        // 6 × 32e9 × 18e12.
        Lies((rows[2].FlopsLow, rows[2].FlopsHigh), 0.9 * 6 * 32e9 * 18e12, 1.15 * 6 * 32e9 * 18e12);
        Assert.Equal([true, true, false], rows.Select(row => row.InBoundary));
        Assert.True(Rows(Planned("", "[teacher-training, student-training]"))[^1].InBoundary);
    }

    [Fact]
    public void Nothing_known_is_not_nothing()
    {
        var rows = Rows(Planned(""));
        Assert.Equal(["written", "trained"], rows.Select(row => row.Work));
        Assert.All(
            rows,
            row =>
            {
                Assert.Null(row.FlopsLow);
                Assert.Null(row.UsdHigh);
                Assert.Contains("not known, and not nothing", row.Reason, StringComparison.Ordinal);
            }
        );
    }

    [Fact]
    public void A_price_is_dollars_and_a_configuration_counts_flops()
    {
        var priced = Rows(Planned("  elsewhere: { usd-per-million-tokens: 2 }\n"))[0];
        Lies((priced.UsdLow, priced.UsdHigh), 800 * 2e-6, 1250 * 2e-6);
        File.WriteAllText(
            scratch.File("config.json"),
            """
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 8, "intermediate_size": 16,
             "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 2, "vocab_size": 32,
             "rms_norm_eps": 1e-5, "max_position_embeddings": 4, "tie_word_embeddings": false, "hidden_act": "silu"}
            """
        );
        var counted = Rows(Planned($"  elsewhere: {{ config: {{ path: {scratch.File("config.json")} }} }}\n"))[0];
        // Products of a token: 2 layers of 8 × 24 + 8 × 8 + 3 × 8 × 16, and the head's 8 × 32, at 2 FLOPs: 3,072. Over
        // the 4 positions of its context it attends to 2.5 in the mean: 2 × 4 × 8 × 2.5 = 160 more.
        Lies((counted.FlopsLow, counted.FlopsHigh), 800 * 3072, 1250 * (3072 + 160));
    }

    [Theory]
    [InlineData("parameters: 1e9, config: { path: c.json }", "there are both parameters and config")]
    [InlineData("rows-kept: 5", "a number of rows is missing")]
    [InlineData("rows-generated: 5, rows-kept: 6", "6 rows were kept of 5")]
    [InlineData("engine: vlm", "did you mean 'vllm'?")]
    public void Facts_that_cannot_be_are_refused(string facts, string says) =>
        Assert.Contains(
            says,
            Assert.Throws<SpecException>(() => Planned($"  elsewhere: {{ {facts} }}\n")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_teacher_that_works_here_has_no_such_facts() =>
        Assert.Contains(
            "'ada' works here, where its work is counted; remove elsewhere",
            Assert
                .Throws<SpecException>(() =>
                    Experiments.Plan(
                        Experiments.Small.Altered(
                            "  licence: MIT\n",
                            "  licence: MIT\n  elsewhere: { parameters: 1e9 }\n"
                        )
                    )
                )
                .Message,
            StringComparison.Ordinal
        );
}
