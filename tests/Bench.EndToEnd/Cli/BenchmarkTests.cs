using System.IO.Compression;
using System.Text.Json;
using Bench.Lab.Checkpoints;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Ledger;
using Bench.Protocol.Shapes;

namespace Bench.EndToEnd.Cli;

/// <summary>
/// The path of real models at the scale of a test: a checkpoint with a real tokenizer and chat template teaches a
/// student that starts from weights, on a published benchmark.
/// </summary>
public sealed class BenchmarkTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();

    public BenchmarkTests() => Directory.CreateDirectory(scratch.File("home"));

    public void Dispose() => scratch.Dispose();

    private const string Yaml = """
        schema: 1
        name: real
        question: Does it run?
        tasks:
          - { name: gsm8k, max-tokens: 12, prompt-tokens: 90, response-tokens: 12 }
        teacher:
          name: big
          licence: MIT
          checkpoint: { path: big }
          sampling: { temperature: 1 }
        students:
          - { name: small, checkpoint: { path: small } }
        methods:
          - { name: text, objective: cross-entropy, signal: text }
          - { name: logits, objective: forward-kl, signal: top-k, k: 8 }
        baselines: [ gold-answers ]
        prompts: 6
        budgets: { unit: examples, values: [4] }
        training: { learning-rate: 0.001, batch: 2 }
        seeds: [0]
        evaluation: { items: 3 }
        """;

    // A folder as model hubs have them: random weights, a real tokenizer with its chat template.
    private void Checkpoint(string name, int width)
    {
        var source = Repository.DataOrSkip("tokenizers/qwen3");
        var folder = Directory.CreateDirectory(scratch.File(name)).FullName;
        using (
            var packed = new GZipStream(
                File.OpenRead(Path.Combine(source, "tokenizer.json.gz")),
                CompressionMode.Decompress
            )
        )
        using (var plain = File.Create(Path.Combine(folder, "tokenizer.json")))
            packed.CopyTo(plain);
        File.Copy(Path.Combine(source, "tokenizer_config.json"), Path.Combine(folder, "tokenizer_config.json"));
        var tokenizer = HuggingFaceTokenizer.Load(folder);
        var shape = new ModelShape
        {
            Layers = 1,
            Width = width,
            Heads = 2,
            KeyValueHeads = 1,
            HeadWidth = 4,
            FeedForward = 8,
            Vocabulary = tokenizer.Size,
            TiedHead = true,
            QueryKeyNorm = true,
        };
        using var model = Models.Make(shape, Compute.Cpu);
        var saved = Directory.CreateDirectory(scratch.File(name + "-weights")).FullName;
        ModelFolder.Save(saved, model, tokenizer);
        foreach (var file in (string[])["config.json", "model.safetensors"])
            File.Copy(Path.Combine(saved, file), Path.Combine(folder, file));
    }

    private BenchProcess.Ended Run(params string[] words) =>
        new BenchProcess(
            scratch.File("home"),
            Path.GetFullPath(Path.Combine(Repository.DataOrSkip("benchmarks"), ".."))
        ).Run(words);

    [Fact]
    public void A_checkpoint_teaches_a_student_from_weights_on_gsm8k()
    {
        Checkpoint("big", 8);
        Checkpoint("small", 6);
        File.WriteAllText(scratch.File("experiment.yaml"), Yaml);
        var run = Run("run", scratch.File("experiment.yaml"), "--out", scratch.File("results"));
        Assert.True(run.Code == 0, run.Errors + run.Output);
        var results = new ResultsFolder(scratch.File("results")).Read();
        Assert.All(results.Runs, row => Assert.Equal("ok", row.Status));
        Assert.Equal(5, results.Runs.Count);
        Assert.All(
            results.Runs.Where(row => row.Method.Length > 0 && row.Budget is not null),
            row => Assert.Equal(4, row.Examples)
        );
        Assert.Equal(3, results.Items.Count(row => row.Run == "teacher"));
        var manifest = new ResultsFolder(scratch.File("results")).ReadManifest()!;
        Assert.Contains("big", manifest.Data.Keys);
        Assert.Contains("small", manifest.Data.Keys);

        // Other weights are another student.
        var before = Fingerprints();
        using (
            var changed = Models.Make(ModelFolder.Shape(scratch.File("small")) with { RotaryBase = 500 }, Compute.Cpu)
        )
            ModelFolder.Save(scratch.File("small-weights"), changed, new ByteTokenizer());
        File.Copy(
            scratch.File("small-weights/model.safetensors"),
            scratch.File("small/model.safetensors"),
            overwrite: true
        );
        File.AppendAllText(scratch.File("small/config.json"), "\n");
        Assert.Empty(before.Intersect(Fingerprints()));
    }

    [Fact]
    public void Recorded_traces_of_a_benchmark_are_its_training_problems_however_they_were_asked_and_no_other()
    {
        Checkpoint("big", 8);
        static string[] Questions(string file)
        {
            using var reader = new StreamReader(
                new GZipStream(
                    File.OpenRead(Repository.DataOrSkip($"benchmarks/gsm8k/{file}.jsonl.gz")),
                    CompressionMode.Decompress
                )
            );
            return
            [
                .. Enumerable
                    .Range(0, 40)
                    .Select(_ =>
                        JsonDocument.Parse(reader.ReadLine()!).RootElement.GetProperty("question").GetString()!
                    ),
            ];
        }

        var (training, test) = (
            Questions("train")
                .Where(question =>
                    Bench.Protocol.Tasks.ProblemSets.SplitOf(question + "\n\n" + Instruction)
                    != Bench.Protocol.Tasks.Split.Validation
                )
                .ToArray(),
            Questions("test")
        );
        File.WriteAllLines(
            scratch.File("r1.jsonl"),
            [
                .. test.Select(question => JsonSerializer.Serialize(new { prompt = question, response = "leaked" })),
                .. training.Select(
                    (question, i) =>
                        JsonSerializer.Serialize(
                            new { prompt = i % 2 == 0 ? question : question + "\n\n" + Instruction, response = "fine" }
                        )
                ),
            ]
        );
        File.WriteAllText(
            scratch.File("experiment.yaml"),
            Yaml.Altered(
                    """
                    teacher:
                      name: big
                      licence: MIT
                      checkpoint: { path: big }
                      sampling: { temperature: 1 }
                    """,
                    """
                    teachers:
                      - { name: big, licence: MIT, checkpoint: { path: big }, sampling: { temperature: 1 } }
                      - { name: r1, licence: MIT, traces: { path: r1.jsonl } }
                    """
                )
                .Altered(
                    "{ name: small, checkpoint: { path: small } }",
                    "{ name: small, model: { layers: 1, width: 4, heads: 1 } }"
                )
                .Altered("k: 8 }", "k: 8, teachers: [big] }")
                .Altered("prompts: 6", "prompts: 100")
                .Altered("signal: text }", "signal: text, teachers: [r1] }")
                .Altered("  - { name: logits, objective: forward-kl, signal: top-k, k: 8, teachers: [big] }\n", "")
        );
        var run = Run("run", scratch.File("experiment.yaml"), "--out", scratch.File("results"));
        Assert.True(run.Code == 0, run.Errors + run.Output);
        var text = JsonDocument
            .Parse(Run("plan", scratch.File("experiment.yaml"), "--json").Output)
            .RootElement.GetProperty("units")
            .EnumerateArray()
            .Single(unit => unit.GetProperty("label").GetString() == "text of r1")
            .GetProperty("unit")
            .GetString()!;
        var entry = Directory
            .EnumerateDirectories(scratch.File("home/store/entries"), text + "*", SearchOption.AllDirectories)
            .Single();
        var tokenizer = HuggingFaceTokenizer.Load(scratch.File("big"));
        var kept = Bench.Lab.Signals.SequenceFile.Read(Path.Combine(entry, "text.bin"));
        Assert.Equal(training.Length, kept.Count);
        // And so are those of a teacher of which there is nothing else, and a student that starts from weights.
        Checkpoint("small", 6);
        var alone = File.ReadAllText(scratch.File("experiment.yaml"))
            .Altered("  - { name: big, licence: MIT, checkpoint: { path: big }, sampling: { temperature: 1 } }\n", "")
            .Altered("traces: { path: r1.jsonl }", "traces: { path: r1.jsonl, tokenizer: { path: big } }")
            .Altered("model: { layers: 1, width: 4, heads: 1 }", "checkpoint: { path: small }");
        File.WriteAllText(scratch.File("experiment.yaml"), alone);
        var second = Run("run", scratch.File("experiment.yaml"), "--out", scratch.File("alone"));
        Assert.True(second.Code == 0, second.Errors + second.Output);
        Assert.Equal(
            4,
            new ResultsFolder(scratch.File("alone")).Read().Runs.Single(row => row.Method == "text").Examples
        );

        // Asked as a user asks, in the model's own template.
        Assert.All(kept, sequence => Assert.Equal("fine", tokenizer.Decode(sequence.Tokens[sequence.Start..])));
        Assert.All(
            kept.Zip(training),
            pair =>
                Assert.Equal(tokenizer.Ask(pair.Second + "\n\n" + Instruction), pair.First.Tokens[..pair.First.Start])
        );
    }

    private const string Instruction = "Please reason step by step, and put your final answer within \\boxed{}.";

    private IEnumerable<string> Fingerprints() =>
        JsonDocument
            .Parse(Run("plan", scratch.File("experiment.yaml"), "--json").Output)
            .RootElement.GetProperty("units")
            .EnumerateArray()
            .Where(unit => unit.GetProperty("label").GetString()!.StartsWith("small", StringComparison.Ordinal))
            .Select(unit => unit.GetProperty("unit").GetString()!)
            .ToArray();

    [Fact]
    public void Without_the_weights_a_plan_is_made_from_the_configuration_and_nothing_runs()
    {
        var experiment = Path.Combine(Repository.Root, "experiments", "deepseek-r1-distill-qwen-1.5b");
        var planned = Run("plan", experiment, "--json");
        Assert.True(planned.Code == 0, planned.Errors);
        var plan = JsonDocument.Parse(planned.Output).RootElement;
        Assert.Equal(51, plan.GetProperty("units").GetArrayLength());
        Assert.Equal(
            2,
            planned
                .Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Count(line =>
                    line.Contains("is not here; it is planned from its configuration", StringComparison.Ordinal)
                )
        );
        // By hand: 6,500 problems, 4 samples, 130 + 900 - 1 tokens; 28 layers of 1536 × 2048 and 1536² in attention and
        // 3 × 1536 × 8960 around it, the head, and scores and values of 12 heads of 128.
        double linear = 2 * (28 * (1536.0 * 2048 + 1536.0 * 1536 + 3 * 1536.0 * 8960) + 1536.0 * 151_936),
            attended = 1029 * 1030 / 2.0;
        var generation = plan.GetProperty("units")
            .EnumerateArray()
            .Single(unit => unit.GetProperty("label").GetString()!.StartsWith("text of", StringComparison.Ordinal));
        Assert.Equal(
            6500 * 4 * (1029 * linear + 28 * 4.0 * 12 * 128 * attended),
            generation.GetProperty("charges")[0].GetProperty("flops").GetDouble(),
            1e12
        );
        var run = Run("run", experiment, "--out", scratch.File("results"));
        Assert.Equal(2, run.Code);
        Assert.Contains("can be planned, not run", run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(scratch.File("results")));
    }

    [Fact]
    public void What_a_benchmark_cannot_do_is_refused_before_anything_runs()
    {
        foreach (
            var (from, to, says) in ((string, string, string)[])
                [
                    (
                        "checkpoint: { path: big }",
                        "train: { on: gold-traces, tokens: 1000 }\n  model: { layers: 1, width: 8, heads: 2 }",
                        "is trained here, and a benchmark's problems need a tokenizer of words"
                    ),
                    (
                        "checkpoint: { path: big }\n  sampling: { temperature: 1 }",
                        "traces: { path: r1.jsonl }",
                        "nobody says how teacher 'big' spells a benchmark's problems"
                    ),
                    ("name: gsm8k,", "name: math-500,", "none of these tasks has anything to learn from"),
                    ("max-tokens: 12", "max-token: 12", "unknown key 'max-token'"),
                    (
                        "checkpoint: { path: small }",
                        "checkpoint: { path: small }, model: { layers: 1, width: 8, heads: 2 }",
                        "student 'small' has the shape of its checkpoint"
                    ),
                ]
        )
        {
            File.WriteAllText(scratch.File("experiment.yaml"), Yaml.Altered(from, to));
            var run = Run("plan", scratch.File("experiment.yaml"));
            Assert.Equal(2, run.Code);
            Assert.Contains(says, run.Errors, StringComparison.Ordinal);
            Assert.All(
                run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries),
                line => Assert.StartsWith("bench: ", line, StringComparison.Ordinal)
            );
        }
    }
}
