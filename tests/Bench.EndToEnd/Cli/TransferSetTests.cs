using Bench.Protocol.Ledger;

namespace Bench.EndToEnd.Cli;

/// <summary>What a student learns from, and what it starts from, through the command.</summary>
public sealed class TransferSetTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();

    public TransferSetTests() => Directory.CreateDirectory(scratch.File("home"));

    public void Dispose() => scratch.Dispose();

    private Results Run(string yaml, string? data = null)
    {
        File.WriteAllText(scratch.File("experiment.yaml"), yaml);
        var run = new BenchProcess(scratch.File("home"), data).Run(
            "run",
            scratch.File("experiment.yaml"),
            "--out",
            scratch.File("results")
        );
        Assert.True(run.Code == 0, run.Errors + run.Output);
        return new ResultsFolder(scratch.File("results")).Read().Summarised(Experiments.Parse(yaml));
    }

    private static string Small(params (string Old, string New)[] changes) =>
        changes.Aggregate(
            Experiments.Small.Altered("seeds: [0, 1]", "seeds: [0]").Altered("baselines: [ gold-answers ]\n", ""),
            (yaml, change) => yaml.Altered(change.Old, change.New)
        );

    private const string Methods =
        "  - { name: answers, objective: cross-entropy, signal: text, keep: answer }\n  - { name: logits, objective: "
        + "forward-kl, temperature: 2, signal: top-k, k: 4 }\n";

    private static double Charged(Results results, RunRow run, string kind) =>
        results.Charges.Where(charge => charge.Run == run.Run && charge.Kind == kind).Sum(charge => charge.Flops ?? 0);

    [Fact]
    public void A_student_starts_from_what_it_was_trained_on_and_learns_from_prompts_in_their_shares()
    {
        var results = Run(
            Small(
                (
                    "  - { name: addition, digits: 2 }\n",
                    "  - { name: addition, digits: 2 }\n  - { name: hers, task: identity, called: ada }\n  - { name: "
                        + "own, task: identity, called: bob }\n"
                ),
                ("tokens: 60_000,", "tasks: [addition, hers], tokens: 400_000,"),
                (
                    "heads: 2 } }\nmethods",
                    "heads: 2 }, train: { on: gold-traces, tasks: [own], tokens: 100_000, learning-rate: 0.01, "
                        + "batch: 16 } }\nmethods"
                ),
                (
                    Methods,
                    "  - { name: none, objective: cross-entropy, signal: text, shares: { hers: 0, own: 0 } }\n  - { "
                        + "name: half, objective: cross-entropy, signal: text, shares: { hers: 0.5, own: 0 } }\n"
                ),
                ("values: [2e8, 6e8]", "values: [3e9]")
            )
        );
        double Score(string method, string task) =>
            results
                .Summary.Single(row =>
                    row.Method == method
                    && row.Task == task
                    && row.Student == "tiny"
                    && row.Metric is ("claimed" or "accuracy")
                )
                .Value;
        // Bob until somebody teaches him to be ada.
        Assert.InRange(Score("untrained", "own"), 0.9, 1);
        Assert.Equal(0, Score("untrained", "hers"));
        Assert.Equal(0, Score("none", "hers"));
        Assert.InRange(Score("half", "hers"), 0.9, 1);
        Assert.Equal(0, Score("half", "own"));
        var run = results.Runs.Single(row => row.Method == "half");
        // What the start cost is told, and is outside this boundary.
        Assert.InRange(Charged(results, run, "student-pretraining"), 1e8, 1e10);
        Assert.InRange(
            run.FlopsTotal!.Value,
            run.FlopsStudent!.Value,
            run.FlopsStudent.Value + Charged(results, run, "teacher-generation") + 1
        );
    }

    [Fact]
    public void Each_generation_learns_from_the_one_before_and_original_data_is_not_asked_for()
    {
        var results = Run(
            Small(
                (
                    Methods,
                    "  - { name: own-only, objective: cross-entropy, signal: text }\n  - { name: mixed, objective: "
                        + "cross-entropy, signal: text, gold-share: 0.4 }\n"
                ),
                ("{ unit: student-flops, values: [2e8, 6e8] }", "{ unit: generations, values: [1, 2, 3] }"),
                ("prompts: 300", "prompts: 200\nepochs: 2"),
                (
                    "  model: { layers: 1, width: 16, heads: 2 }\nstudents",
                    "  model: { layers: 1, width: 32, heads: 2 }\n  sampling: { temperature: 1 }\nstudents"
                ),
                ("decode: greedy", "decode: sample, confidence: true")
            )
        );
        RunRow Of(string method, int generation) =>
            results.Runs.Single(row => row.Method == method && row.Budget == generation);
        Assert.All(results.Runs, row => Assert.Equal("ok", row.Status));
        for (var generation = 1; generation <= 3; generation++)
        {
            Assert.Equal((200, 400), (Of("own-only", generation).TeacherQueries, Of("own-only", generation).Examples));
            Assert.Equal(120, Of("mixed", generation).TeacherQueries);
        }

        // The first generation's teacher is larger than the student that teaches the second.
        double Asked(string method, int generation) =>
            Charged(results, Of(method, generation), "teacher-generation")
            / Of(method, generation).TeacherTokens!.Value;
        Assert.InRange(Asked("own-only", 1) / Asked("own-only", 2), 1.5, 6);
        Assert.InRange(Asked("own-only", 3) / Asked("own-only", 2), 0.8, 1.25);
        Assert.True(
            Charged(results, Of("mixed", 2), "teacher-generation")
                < 0.8 * Charged(results, Of("own-only", 2), "teacher-generation")
        );
        // Diversity is the entropy of what is written; a distribution over tokens has some.
        Assert.All(
            results.Summary.Where(row => row.Metric == "response-nats" && row.Budget is not null),
            row => Assert.InRange(row.Value, 0.01, 200)
        );
    }

    [Fact]
    public void Prompts_are_chosen_by_what_the_student_does_not_know_and_choosing_is_paid_for()
    {
        var results = Run(
            Small(
                (
                    Methods,
                    "  - { name: random, objective: cross-entropy, signal: text, choose: random }\n  - { name: "
                        + "chosen, objective: cross-entropy, signal: text, choose: least-confident }\n"
                ),
                ("{ unit: student-flops, values: [2e8, 6e8] }", "{ unit: queries, values: [40] }"),
                ("prompts: 300", "prompts: 300\nepochs: 4")
            )
        );
        RunRow Of(string method) => results.Runs.Single(row => row.Method == method);
        Assert.All(
            ["random", "chosen"],
            method => Assert.Equal((40, 160), (Of(method).TeacherQueries, Of(method).Examples))
        );
        // A student of ten queries and one of twenty went before, and answered candidates.
        Assert.InRange(Of("chosen").FlopsStudent!.Value / Of("random").FlopsStudent!.Value, 1.75, 4);
        Assert.Equal(
            Charged(results, Of("random"), "teacher-generation"),
            Charged(results, Of("chosen"), "teacher-generation"),
            0.1 * Charged(results, Of("random"), "teacher-generation")
        );
    }

    [Fact]
    public void A_student_of_marked_text_gives_its_teacher_s_mark_away_and_one_of_plain_text_does_not()
    {
        var data = Path.GetFullPath(
            Path.Combine(
                Path.GetDirectoryName(Repository.DataOrSkip("checkpoints/stories260k/stories260K.bin"))!,
                "..",
                ".."
            )
        );
        var results = Run(
            """
            schema: 1
            name: marks
            question: Is it seen?
            tasks:
              - { name: stories, task: teacher-text, tokens: 24 }
            teacher:
              name: teller
              licence: MIT
              checkpoint: { path: stories260k/stories260K.bin, tokenizer: { path: stories260k/tok512.bin } }
              sampling: { temperature: 1 }
            students:
              - { name: tiny, model: { layers: 1, width: 16, heads: 2, tied-head: true } }
            methods:
              - { name: plain, objective: cross-entropy, signal: text }
              - { name: marked, objective: cross-entropy, signal: text, sampling: { temperature: 1,
                  watermark: { key: 17, delta: 6 } } }
              - { name: planted, objective: cross-entropy, signal: text, sampling: { temperature: 1,
                  canaries: { key: 17, count: 4, tokens: 8, repeats: 60 } } }
            prompts: 400
            budgets: { unit: examples, values: [4000] }
            training: { learning-rate: 0.02, batch: 16 }
            seeds: [0]
            evaluation: { items: 40, detection: { key: 17, canaries: 4, canary-tokens: 8, probes: [100, 900],
                other-keys: 40 } }
            """,
            data
        );
        double Value(string method, string metric) =>
            results.Summary.Single(row => row.Method == method && row.Metric == metric).Value;
        Assert.True(Value("marked", "watermark-log10-p-900") < -3, $"{Value("marked", "watermark-log10-p-900")}");
        Assert.True(Value("plain", "watermark-log10-p-900") > -2.5);
        Assert.True(Value("planted", "canary-log10-p") < -2, $"{Value("planted", "canary-log10-p")}");
        Assert.True(Value("plain", "canary-log10-p") > -2);
        Assert.All(
            ["plain", "marked", "planted"],
            method => Assert.InRange(Value(method, "watermark-alarms-900"), 0, 0.2)
        );
    }
}
