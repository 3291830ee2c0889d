using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs.Sections;
using Json.Schema;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Bench.Tests.Protocol;

/// <summary>The experiment file's JSON Schema and its reader say the same.</summary>
public sealed partial class SchemaTests
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(ExperimentSchema.Text);

    /// <summary>What a schema cannot say: problems that Bench finds in files that the schema accepts.</summary>
    private static readonly string[] Beyond =
    [
        // Of several sections together.
        "there is no task '",
        "there is no method '",
        "is no teacher",
        "is taken",
        "stands twice",
        "of the name '",
        "is a counted budget",
        "pairs tokens",
        "queries are more than",
        "is not handed on",
        "generations follow",
        "a student that teaches",
        "is smaller than a batch",
        "learning rates of generations",
        "learning rates are",
        "its own learning rate",
        "a learning rate stands",
        "nothing is tuned",
        "laws ",
        "teacher-text cannot",
        "teacher-text has",
        "students of teacher-text",
        "of digits must be",
        "of digits labels",
        "digits stand alone",
        "digits are measured",
        "a perceptron reads images",
        "'dropout' goes with",
        "'jitter' goes with",
        "agreement needs",
        "confidence is that",
        "has only ",
        "has an empty",
        "add up to",
        "divides prompts",
        "mixes gold",
        "chooses",
        "needs activations",
        "needs probabilities",
        "asks for",
        "must name a teacher",
        "add up",
        "only models that answer",
        "would be asked",
        "is less than one of",
        "canaries are planted",
        "canaries of",
        "canaries in",
        "detection reads",
        "the text that students",
        "carries marks",
        "takes the first part",
        "writes elsewhere",
        "a llama2.c teacher",
        "is trained beforehand",
        "needs a tokenizer of words",
        "nobody says how",
        "none of these tasks",
        "the training of a generation's",
        "learns from nothing",
        // Of a section's own keys, where one decides the range of another.
        "is not a multiple of",
        "the head width",
        "'fresh' goes with",
        "nothing is replayed",
        "a greedy",
        "goes with decode",
        "'pass-at' is",
        "the student's own text is no text",
        "learns only from what",
        "a policy gradient",
        "learns answers and reasoning both",
        "a student on its own text",
        "a download needs a checksum",
        "'sha256' is not",
        "'url' ",
        "'key-variable' is not",
        "'called' cannot be",
        "is no option of sbatch",
        "is set by Bench itself",
        "is not one word",
        "there is no device",
    ];

    public static TheoryData<string> Committed() =>
        [
            .. Directory
                .EnumerateFiles(
                    Path.Combine(Repository.Root, "experiments"),
                    "experiment.yaml",
                    SearchOption.AllDirectories
                )
                .Order(StringComparer.Ordinal),
        ];

    [Fact]
    public void The_committed_schema_is_the_generated_one() =>
        Assert.Equal(ExperimentSchema.Text, File.ReadAllText(Path.Combine(Repository.Root, ExperimentSchema.File)));

    [Theory]
    [MemberData(nameof(Committed))]
    public void Every_experiment_is_valid_by_the_schema_and_names_it(string file)
    {
        Assert.True(Accepts(File.ReadAllText(file)), file);
        Assert.StartsWith(
            $"# yaml-language-server: $schema=../../{ExperimentSchema.File}\n",
            File.ReadAllText(file),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_the_schema_refuses_bench_refuses_and_the_other_way_but_for_what_a_schema_cannot_say()
    {
        var wrong = Wrong().Distinct().ToArray();
        Assert.InRange(wrong.Length, 200, 2000);
        var (both, beyond, differences) = (0, 0, new List<string>());
        foreach (var (what, yaml) in wrong)
        {
            var accepted = Accepts(yaml);
            var error = Record.Exception(() => Experiments.Parse(yaml));
            Assert.True(error is null or SpecException, $"{error}\n{yaml}");
            if (error is null)
            {
                if (!accepted)
                    differences.Add($"{what}: only the schema refuses it");
            }
            else if (!accepted)
            {
                both++;
            }
            else
            {
                beyond++;
                // A number in quotes or with underscores is a text to the schema, whose range it does not see.
                var ranges =
                    what.EndsWith("'12'", StringComparison.Ordinal) || what.EndsWith("1_0", StringComparison.Ordinal);
                differences.AddRange(
                    ((SpecException)error)
                        .Errors.Where(each =>
                            !ranges && !Beyond.Any(word => each.Problem.Contains(word, StringComparison.Ordinal))
                        )
                        .Select(each => $"{what}: only Bench refuses it: {each.Message}")
                );
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(60)));
        Assert.InRange(both, 200, wrong.Length);
        Console.WriteLine(
            $"    of {wrong.Length} changed experiment files {both} are refused by schema and reader, {beyond} by "
                + $"the reader alone"
        );
    }

    // Each key of a file with each of several values, keys that no section has, and keys left out.
    private static IEnumerable<(string What, string Yaml)> Wrong()
    {
        string[] values =
        [
            "-1",
            "0",
            "1.5",
            "1e40",
            "word",
            "[]",
            "[word]",
            "{}",
            "{ odd: 1 }",
            "true",
            "\"\"",
            "null",
            "'12'",
            "1_0",
        ];
        foreach (var file in Bases)
        {
            foreach (var match in Key().Matches(file).Cast<Match>())
            {
                var value = match.Groups["value"];
                foreach (var other in values)
                    yield return (
                        $"{match.Groups["key"].Value}: {other}",
                        file[..value.Index] + other + file[(value.Index + value.Length)..]
                    );
                yield return (
                    $"un{match.Groups["key"].Value}",
                    file[..match.Groups["key"].Index] + "un" + file[match.Groups["key"].Index..]
                );
            }

            var lines = file.Split('\n');
            for (var i = 0; i < lines.Length; i++)
                yield return ($"without {lines[i]}", string.Join('\n', lines.Where((_, line) => line != i)));
        }
    }

    private static readonly string[] Bases =
    [
        Experiments.Small,
        Experiments.Small.Altered(
            "objective: forward-kl, temperature: 2, signal: top-k, k: 4",
            "objective: jsd, beta: 0.3, signal: on-policy, lambda: 0.5, replay: 64, fresh: 0.4"
        )
            + "\ntuning: { learning-rates: [0.01, 0.1], items: 20 }\nresources: { seconds: 100, attempts: 2, flags: "
            + "[--account=x] }\nuse: { tokens: 8 }\nprecision: f32\nthreads: 1\nepochs: 2",
        Experiments.Small.Altered(
            "objective: forward-kl, temperature: 2, signal: top-k, k: 4",
            "objective: attention-relations, relation-heads: 2, signal: hidden, student-layer: 1, "
                + "cross-entropy-weight: 0.2"
        ),
        """
            schema: 1
            name: asked
            question: Which?
            tasks:
              - { name: words, task: number-words, language: de, digits: 4, direction: to-words }
            teachers:
              - { name: ada, licence: MIT, train: { tokens: 60_000 }, model: { layers: 1, width: 16, heads: 2,
                  kv-heads: 1, head-width: 8, ffn: 40, tied-head: true } }
              - { name: far, licence: MIT, endpoint: { url: "http://127.0.0.1:1/v1", model: x, api: completions,
                  concurrency: 2, top-logprobs: 8, timeout-seconds: 9, tokens-as-ids: true } }
            students:
              - { name: tiny, model: { layers: 1, width: 16, heads: 2 }, tokenizer: teacher }
            methods:
              - { name: text, objective: cross-entropy, signal: text, gold-share: 0.2, sampling: { temperature: 1,
                  top-p: 0.9, samples: 2, select: correct } }
              - { name: steps, objective: rationale-multitask, rationale-weight: 2, signal: text }
            budgets: { unit: examples, values: [100, 200] }
            evaluation: { items: 20, decode: sample, temperature: 0.7, samples: 4, pass-at: 2 }
            """,
    ];

    private static bool Accepts(string yaml)
    {
        JsonNode? json;
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            json = Json(stream.Documents[0].RootNode);
        }
        catch (Exception error) when (error is YamlException or ArgumentException or InvalidOperationException)
        {
            return false;
        }

        return Schema.Evaluate(System.Text.Json.JsonSerializer.SerializeToElement(json)).IsValid;
    }

    // As YAML 1.2's core schema reads plain scalars.
    private static JsonNode? Json(YamlNode node) =>
        node switch
        {
            YamlMappingNode mapping => new JsonObject(
                mapping.Children.Select(pair =>
                    KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Json(pair.Value))
                )
            ),
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "null" or "~" } => null,
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => flag.Value == "true",
            YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text } when PlainNumber().IsMatch(text) => Number(
                double.Parse(text, CultureInfo.InvariantCulture)
            ),
            YamlScalarNode scalar => scalar.Value,
            _ => throw new ArgumentException("no node of a document", nameof(node)),
        };

    private static JsonNode Number(double value) =>
        value == Math.Floor(value) && Math.Abs(value) < 1e15 ? (long)value : value;

    [GeneratedRegex(@"(?<key>[a-z0-9-]+): (?<value>\[[^\]]*\]|\{[^{}]*\}|[^\s,\]\[{}]+)")]
    private static partial Regex Key();

    [GeneratedRegex(@"^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$")]
    private static partial Regex PlainNumber();
}
