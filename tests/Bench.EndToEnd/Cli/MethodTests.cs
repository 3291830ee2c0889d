using System.IO.Compression;
using Bench.Protocol.Ledger;

namespace Bench.EndToEnd.Cli;

/// <summary>Every way to teach, through the command.</summary>
public sealed class MethodTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();
    private readonly string experiment;
    private readonly string output;

    public MethodTests()
    {
        Directory.CreateDirectory(scratch.File("home"));
        (experiment, output) = (scratch.File("experiment.yaml"), scratch.File("results"));
    }

    public void Dispose() => scratch.Dispose();

    private Results Run(string yaml, string? data = null)
    {
        File.WriteAllText(experiment, yaml);
        var run = new BenchProcess(scratch.File("home"), data).Run("run", experiment, "--out", output);
        Assert.True(run.Code == 0, run.Errors + run.Output);
        return new ResultsFolder(output).Read().Summarised(Experiments.Parse(yaml));
    }

    private static double Charged(Results results, string method, string kind)
    {
        var runs = results.Runs.Where(row => row.Method == method).Select(row => row.Run).ToHashSet();
        return results
            .Charges.Where(charge => runs.Contains(charge.Run) && charge.Kind == kind)
            .Sum(charge => charge.Flops ?? 0);
    }

    // One budget, one seed, a teacher that samples.
    private static string With(string methods, string more = "") =>
        Experiments
            .Small.Altered(
                "  - { name: answers, objective: cross-entropy, signal: text, keep: answer }\n  - { name: logits, "
                    + "objective: forward-kl, temperature: 2, signal: top-k, k: 4 }\n",
                methods
            )
            .Altered("values: [2e8, 6e8]", "values: [2e8]")
            .Altered("seeds: [0, 1]", "seeds: [0]")
            .Altered("items: 40, decode: greedy", "items: 40, " + (more.Length > 0 ? more : "decode: greedy"));

    [Fact]
    public void Every_objective_trains_on_each_of_its_signals_and_is_charged_for_it()
    {
        var results = Run(
            With(
                """
                  - { name: mixed, objective: forward-kl, temperature: 2, signal: top-k, k: 4,
                      cross-entropy-weight: 0.5 }
                  - { name: sampled, objective: forward-kl, signal: sampled, k: 4, proposal: 0.8 }
                  - { name: rkl, objective: reverse-kl, signal: top-k, k: 4 }
                  - { name: jsd, objective: jsd, beta: 0.5, signal: top-k, k: 4 }
                  - { name: skew, objective: skew-kl, alpha: 0.1, signal: top-k, k: 4 }
                  - { name: skew-reverse, objective: skew-reverse-kl, alpha: 0.1, signal: top-k, k: 4 }
                  - { name: tvd, objective: tvd, signal: top-k, k: 4 }
                  - { name: gkd, objective: jsd, beta: 0.5, signal: on-policy, lambda: 0.5 }
                  - { name: distillm, objective: skew-kl, alpha: 0.1, signal: on-policy, lambda: 0.7, replay: 32 }
                  - { name: minillm, objective: policy-gradient, signal: on-policy }
                  - { name: fitnets, objective: hidden-states, signal: hidden }
                  - { name: minilm, objective: attention-relations, signal: hidden, relation-heads: 2 }
                  - { name: step-by-step, objective: rationale-multitask, signal: text }
                  - { name: uld, objective: uld, signal: top-k, k: 4 }

                """,
                "decode: sample, samples: 3, pass-at: 2, agreement: true, likelihood: true"
            )
        );
        Assert.All(results.Runs, row => Assert.Equal("ok", row.Status));
        var trained = results.Runs.Where(row => row.FlopsStudent is not null && row.Student.Length > 0).ToArray();
        Assert.Equal(15, trained.Length);
        Assert.All(trained, row => Assert.InRange(row.FlopsStudent!.Value, 1.2e8, 2e8));
        Assert.All(
            trained.Where(row => row.Method is not ("step-by-step" or "gold-answers")),
            row => Assert.True(Charged(results, row.Method, "teacher-scoring") > 0, row.Method)
        );
        Assert.Equal(0, Charged(results, "step-by-step", "teacher-scoring"));
        Assert.Equal(0, Charged(results, "minillm", "teacher-generation"));
        var metrics = results.Scores.Where(row => row.Run == trained[0].Run).Select(row => row.Metric).ToHashSet();
        Assert.Equal(["accuracy", "pass-at-k", "majority-at-k", "gold-nats", "top1-agreement", "teacher-kl"], metrics);
        Assert.All(results.Items.Where(row => row.Metric == "teacher-kl"), row => Assert.True(row.Score > -1e-4));
        foreach (
            var table in (string[])["comparison.csv", "targets.csv", "tables/comparison.txt", "tables/comparison.tex"]
        )
            Assert.True(File.Exists(Path.Combine(output, table)), table);
    }

    [Fact]
    public void Text_is_sampled_and_selected_and_all_that_was_written_is_paid_for()
    {
        var results = Run(
            With(
                    """
                      - { name: plain, objective: cross-entropy, signal: text, sampling: { temperature: 1 } }
                      - { name: best-of, objective: cross-entropy, signal: text, sampling: { temperature: 1,
                          top-p: 0.9, samples: 3, select: likeliest } }
                      - { name: all, objective: cross-entropy, signal: text, sampling: { temperature: 1, samples: 3 } }

                    """,
                    "decode: greedy, confidence: true"
                )
                .Altered("tokens: 60_000", "tokens: 200_000")
        );
        double EachQuery(string method) =>
            Charged(results, method, "teacher-generation")
            / results.Runs.Single(row => row.Method == method).TeacherQueries!.Value;
        // What is chosen among is written and read; what is kept in full costs what it costs.
        Assert.InRange(EachQuery("best-of") / EachQuery("plain"), 1.5, 3);
        Assert.InRange(EachQuery("all") / EachQuery("plain"), 0.8, 1.25);
        Assert.Contains(results.Summary, row => row.Metric == "calibration-error");
    }

    [Fact]
    public void A_budget_in_queries_is_requests_to_the_teacher_whatever_is_kept_of_them()
    {
        var results = Run(
            With(
                    """
                      - { name: plain, objective: cross-entropy, signal: text, sampling: { temperature: 1 } }
                      - { name: best-of, objective: cross-entropy, signal: text, sampling: { temperature: 1,
                          samples: 3, select: likeliest } }
                      - { name: step-by-step, objective: rationale-multitask, signal: text,
                          sampling: { temperature: 1 } }
                      - { name: live, objective: forward-kl, signal: on-policy }

                    """
                )
                .Altered("unit: student-flops, values: [2e8]", "unit: queries, values: [96]")
                .Altered("prompts: 300", "prompts: 300\nepochs: 2")
                .Altered("tokens: 60_000", "tokens: 200_000")
        );
        RunRow Of(string method) => results.Runs.Single(row => row.Method == method);
        Assert.All(
            results.Runs.Where(row => row.TeacherQueries is not null && row.Budget is not null),
            row => Assert.Equal(96, row.TeacherQueries)
        );
        // 96 responses twice; the best of three of 32 prompts twice; two examples of each of 96 twice; what is scored
        // live is seen once.
        Assert.Equal(
            [192, 64, 384, 96, 192],
            new[] { "plain", "best-of", "step-by-step", "live", "gold-answers" }.Select(method =>
                (int)Of(method).Examples!.Value
            )
        );
        Assert.Null(Of("gold-answers").TeacherQueries);
        // The halves of a trace cost together what the trace cost.
        Assert.Equal(
            Charged(results, "plain", "teacher-generation"),
            Charged(results, "step-by-step", "teacher-generation"),
            0.02 * Charged(results, "plain", "teacher-generation")
        );
    }

    [Fact]
    public void Tuning_reads_validation_items_chooses_the_rate_that_learns_and_is_charged()
    {
        // One rate is so small that nothing is learnt, and one works.
        var results = Run(
            With("  - { name: traces, objective: cross-entropy, signal: text }\n")
                .Altered("boundary: [", "boundary: [tuning, ")
                .Altered("values: [2e8]", "values: [6e9]")
                .Altered("digits: 2", "digits: 1")
                .Altered("items: 40", "items: 10")
                .Altered("tokens: 60_000", "tokens: 600_000")
                .Altered("prompts: 300", "prompts: 60")
                + "\ntuning: { learning-rates: [1e-8, 0.01], budget: 3e9, items: 5 }"
        );
        var row = results.Runs.Single(run => run.Method == "traces");
        // Two trials of at most 3e9 with their measuring; a trial ends before a step that does not fit.
        Assert.InRange(Charged(results, "traces", "tuning"), 5.8e9, 7.5e9);
        Assert.True(row.FlopsTotal > 6e9 + 5.5e9);
        Assert.True(results.Scores.Single(score => score.Run == row.Run).Value > 0.2);
        // What was tried is recorded, and that the choice was the largest of what was tried.
        var trials = results.Trials.Where(trial => trial.Method == "traces").ToArray();
        Assert.Equal(
            [(1e-8, false, false), (0.01, true, true)],
            trials.Select(trial => (trial.LearningRate, trial.Chosen, trial.Edge))
        );
        Assert.True(trials[1].Value > trials[0].Value);
    }

    [Fact]
    public void Recorded_text_teaches_and_never_gives_a_held_out_answer_away()
    {
        var traces = scratch.File("traces.jsonl");
        File.WriteAllLines(
            traces,
            Enumerable
                .Range(0, 100)
                .SelectMany(a =>
                    new[] { a, (a * 37 + 11) % 100 }.Select(b =>
                        $$"""{"prompt": "{{a:00}}+{{b:00}}=", "response": "<think>{{a:00}}</think>{{a + b}}"}"""
                    )
                )
        );
        var results = Run(
            With("  - { name: traces, objective: cross-entropy, signal: text }\n")
                .Altered(
                    "  train: { on: gold-traces, tokens: 60_000, learning-rate: 0.01, batch: 16 }\n  model: { "
                        + "layers: 1, width: 16, heads: 2 }\n",
                    "  traces: { path: traces.jsonl }\n"
                )
        );
        var row = results.Runs.Single(run => run.Method == "traces");
        // Seven tenths of two hundred prompts are training prompts.
        Assert.InRange(row.TeacherQueries!.Value, 100, 170);
        // What it spent when it was recorded is not known, and so is no total that counts it.
        Assert.DoesNotContain(results.Charges, charge => charge.Kind == "teacher-generation");
        Assert.Null(row.FlopsTotal);
        Assert.Equal(["written", "trained"], results.Elsewhere.Select(work => work.Work));
        Assert.All(results.Elsewhere, work => Assert.Equal((row.Run, null), (work.Run, work.UsdLow)));
        Assert.True(results.Runs.Single(run => run.Method == "gold-answers").FlopsTotal > 0);
        Assert.Equal("ok", results.Runs.Single(run => run.Run == "teacher").Status);
        File.AppendAllText(traces, "{\"prompt\": 3}\n");
        var broken = new BenchProcess(scratch.File("home")).Run("run", experiment, "--out", scratch.File("other"));
        Assert.Equal(1, broken.Code);
        Assert.Contains("traces.jsonl:201: not a line of", broken.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Digits_are_taught_by_a_perceptron()
    {
        // Ten pictures that differ in one lit row, with noise.
        var folder = Directory.CreateDirectory(Path.Combine(scratch.File("data"), "benchmarks", "mnist")).FullName;
        var random = new Random(3);
        void Write(string name, int count)
        {
            byte[] Big(int number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];
            using var images = new GZipStream(
                File.Create(Path.Combine(folder, name + "-images-idx3-ubyte.gz")),
                CompressionLevel.Fastest
            );
            using var labels = new GZipStream(
                File.Create(Path.Combine(folder, name + "-labels-idx1-ubyte.gz")),
                CompressionLevel.Fastest
            );
            foreach (var number in (int[])[2051, count, 28, 28])
                images.Write(Big(number));
            foreach (var number in (int[])[2049, count])
                labels.Write(Big(number));
            for (var i = 0; i < count; i++)
            {
                labels.WriteByte((byte)(i % 10));
                for (var pixel = 0; pixel < 784; pixel++)
                    images.WriteByte((byte)(random.Next(60) + (pixel / 28 == 4 + 2 * (i % 10) ? 190 : 0)));
            }
        }

        Write("train", 400);
        Write("t10k", 100);
        var results = Run(
            """
            schema: 1
            name: small
            question: Does it see?
            tasks:
              - { name: digits, withheld: 3 }
            teacher:
              name: net
              licence: MIT
              train: { on: gold-traces, tokens: 8000, learning-rate: 0.003, batch: 20, dropout: 0.2, jitter: 1 }
              model: { hidden: [32, 32] }
            students:
              - { name: small, model: { hidden: [16] } }
            methods:
              - { name: labels, objective: cross-entropy, signal: text }
              - { name: soft, objective: forward-kl, signal: top-k, k: 10, temperature: 4 }
            baselines: [ gold-answers ]
            prompts: 1000
            budgets: { unit: examples, values: [8000] }
            training: { learning-rate: 0.003, batch: 20 }
            seeds: [0]
            evaluation: { items: 1000 }
            """,
            scratch.File("data")
        );
        double Score(string method, string metric) =>
            results.Summary.Single(row => row.Method == method && row.Metric == metric).Value;
        Assert.InRange(Score("teacher", "accuracy"), 0.85, 1);
        Assert.InRange(Score("soft", "accuracy"), 0.7, 1);
        // Nine of ten classes can be learnt from labels; the tenth was never among them.
        Assert.Equal(0, Score("labels", "withheld-accuracy"));
        Assert.Equal(100, results.Scores.First(row => row.Metric == "accuracy").N);
        Assert.Equal(10, results.Scores.First(row => row.Metric == "withheld-accuracy").N);
        Assert.Equal(4, new ResultsFolder(output).ReadManifest()!.Data.Count);
    }
}
