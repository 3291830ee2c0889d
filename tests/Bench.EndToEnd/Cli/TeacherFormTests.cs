using Bench.Protocol.Ledger;

namespace Bench.EndToEnd.Cli;

/// <summary>
/// One teacher in four forms, through the command: its weights, its graph, its server, its recorded text.
/// </summary>
public sealed class TeacherFormTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();

    public TeacherFormTests() => Directory.CreateDirectory(scratch.File("home"));

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
        var results = new ResultsFolder(scratch.File("results")).Read();
        Assert.All(results.Runs, row => Assert.Equal("ok", row.Status));
        return results;
    }

    private static double[] Scores(Results results, string teacher, string method, string metric)
    {
        var run = results.Runs.Single(row => row.Teacher == teacher && row.Method == method).Run;
        return
        [
            .. results
                .Items.Where(row => row.Run == run && row.Metric == metric)
                .OrderBy(row => row.Item)
                .Select(row => row.Score),
        ];
    }

    // Half a minute and more: --long runs it.
    [Fact(Explicit = true)]
    public void Students_of_every_form_learn_the_same_from_the_same_problems_at_the_same_price()
    {
        var results = Run(
            Experiments
                .Small.Altered(
                    """
                    teacher:
                      name: ada
                      licence: MIT
                      train: { on: gold-traces, tokens: 60_000, learning-rate: 0.01, batch: 16 }
                      model: { layers: 1, width: 16, heads: 2 }
                    """,
                    """
                    teachers:
                      - { name: ada, licence: MIT, train: { on: gold-traces, tokens: 60_000, learning-rate: 0.01,
                          batch: 16 }, model: { layers: 1, width: 16, heads: 2 } }
                      - { name: graph, licence: MIT, onnx: { of: ada } }
                      - { name: server, licence: MIT, endpoint: { of: ada } }
                      - { name: chat, licence: MIT, endpoint: { of: ada, api: chat } }
                      - { name: recorded, licence: MIT, traces: { of: ada } }
                    """
                )
                .Altered(
                    "  - { name: answers, objective: cross-entropy, signal: text, keep: answer }\n  - { name: "
                        + "logits, objective: forward-kl, temperature: 2, signal: top-k, k: 4 }\n",
                    """
                      - { name: text, objective: cross-entropy, signal: text }
                      - { name: logits, objective: forward-kl, signal: top-k, k: 4, teachers: [ada, graph, server,
                          chat] }

                    """
                )
                .Altered("values: [2e8, 6e8]", "values: [3e8]")
                .Altered("seeds: [0, 1]", "seeds: [0]")
                .Altered("items: 40, decode: greedy", "items: 40, likelihood: true")
        );
        foreach (var teacher in (string[])["graph", "server", "chat", "recorded"])
        {
            // Greedy text is the same text, and a student of it the same student.
            Assert.Equal(Scores(results, "ada", "text", "gold-nats"), Scores(results, teacher, "text", "gold-nats"));
            if (teacher == "recorded")
                continue;
            Assert.All(
                Scores(results, "ada", "logits", "gold-nats").Zip(Scores(results, teacher, "logits", "gold-nats")),
                pair => Assert.Equal(pair.First, pair.Second, 0.02)
            );
            Assert.Equal(Scores(results, "ada", "", "accuracy"), Scores(results, teacher, "", "accuracy"));
        }

        double? Total(string teacher, string method) =>
            results.Runs.Single(row => row.Teacher == teacher && row.Method == method).FlopsTotal;
        foreach (var teacher in (string[])["graph", "server", "chat", "recorded"])
            Assert.Equal(
                Total("ada", "text")!.Value,
                Total(teacher, "text")!.Value,
                Total("ada", "text")!.Value * 1e-9
            );
        // A server's probabilities come with its text: it reads nothing twice.
        Assert.True(Total("server", "logits") < Total("ada", "logits"));
        Assert.Equal(Total("graph", "logits")!.Value, Total("ada", "logits")!.Value, 1);
        Assert.Empty(Directory.EnumerateFiles(scratch.File("home/store/journals")));
    }

    [Fact]
    public void Free_text_of_a_served_teacher_is_its_own_text_and_students_are_measured_on_it()
    {
        Repository.DataOrSkip("checkpoints/stories260k");
        var results = Run(
            """
            schema: 1
            name: forms
            question: Is it the same teacher?
            tasks: [ { name: stories, task: teacher-text, tokens: 24 } ]
            teachers:
              - name: stories
                licence: MIT
                checkpoint: { path: stories260k/stories260K.bin, tokenizer: { path: stories260k/tok512.bin } }
                sampling: { temperature: 1 }
              - { name: graph, licence: MIT, onnx: { of: stories } }
              - { name: server, licence: MIT, endpoint: { of: stories } }
              - { name: recorded, licence: MIT, traces: { of: stories } }
            students: [ { name: tiny, model: { layers: 1, width: 16, heads: 2, tied-head: true } } ]
            methods:
              - { name: text, objective: cross-entropy, signal: text }
              - { name: top-k, objective: forward-kl, signal: top-k, k: 16, teachers: [stories, graph, server] }
            prompts: 96
            budgets: { unit: tokens, values: [2000] }
            training: { learning-rate: 0.01, batch: 8 }
            seeds: [0]
            evaluation: { items: 20 }
            boundary: [teacher-generation, teacher-scoring, student-training]
            """,
            Path.GetFullPath(Path.Combine(Repository.DataOrSkip("checkpoints"), ".."))
        );
        foreach (var teacher in (string[])["graph", "server"])
        {
            Assert.All(
                Scores(results, "stories", "text", "bits-per-token")
                    .Zip(Scores(results, teacher, "text", "bits-per-token")),
                pair => Assert.Equal(pair.First, pair.Second, 1e-3)
            );
            Assert.All(
                Scores(results, "stories", "top-k", "bits-per-token")
                    .Zip(Scores(results, teacher, "top-k", "bits-per-token")),
                pair => Assert.Equal(pair.First, pair.Second, 0.02)
            );
        }

        Assert.All(
            Scores(results, "stories", "", "bits-per-token").Zip(Scores(results, "graph", "", "bits-per-token")),
            pair => Assert.Equal(pair.First, pair.Second, 1e-4)
        );
        Assert.InRange(Scores(results, "recorded", "text", "bits-per-token").Average(), 5, 9);
    }
}
