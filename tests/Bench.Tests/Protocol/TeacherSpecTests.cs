using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;

namespace Bench.Tests.Protocol;

/// <summary>The forms in which a teacher comes, and what each cannot give.</summary>
public sealed class TeacherSpecTests
{
    private const string Trained = """
        teacher:
          name: ada
          licence: MIT
          train: { on: gold-traces, tokens: 60_000, learning-rate: 0.01, batch: 16 }
          model: { layers: 1, width: 16, heads: 2 }
        """;

    private static string With(string teacher) => Experiments.Small.Altered(Trained, teacher);

    private static string Endpoint(string keys, string method = "signal: text") =>
        With($"teacher: {{ name: ada, licence: MIT, endpoint: {{ url: 'http://localhost:1/v1', model: m{keys} }} }}")
            .Altered(
                "objective: forward-kl, temperature: 2, signal: top-k, k: 4",
                (
                    method.Contains("objective", StringComparison.Ordinal) ? ""
                    : method.Contains("signal: text", StringComparison.Ordinal) ? "objective: cross-entropy, "
                    : "objective: forward-kl, "
                ) + method
            );

    [Theory]
    [InlineData(
        "",
        "signal: top-k, k: 4, temperature: 2",
        "asks for probabilities at temperature 2, and endpoint 'ada' gives them at 1"
    )]
    [InlineData("", "signal: top-k, k: 21", "asks for k = 21, and endpoint 'ada' gives 20 log-probabilities")]
    [InlineData(
        ", top-logprobs: 0",
        "signal: top-k, k: 1",
        "asks for k = 1, and endpoint 'ada' gives 0 log-probabilities"
    )]
    [InlineData("", "signal: top-k, k: 4, keep: answer", "asks endpoint 'ada' for probabilities of the answer alone")]
    [InlineData("", "signal: sampled, k: 4", "has texts scored that are not the teacher's own")]
    [InlineData("", "signal: on-policy", "has texts scored that are not the teacher's own")]
    [InlineData(
        "",
        "objective: hidden-states, signal: hidden",
        "needs activations, and teacher 'ada' does not show them"
    )]
    [InlineData(
        "",
        "signal: text, sampling: { temperature: 1, samples: 2, select: likeliest }",
        "chooses by likelihood"
    )]
    [InlineData(
        ", queries: 639",
        "signal: text, sampling: { temperature: 1 }",
        "would be asked 640 times, and queries allows 639"
    )]
    [InlineData(
        ", usd-per-million-prompt-tokens: 1",
        "signal: text",
        "a price for prompts or for responses is missing"
    )]
    [InlineData(
        ", key-variable: 'sk-123 456'",
        "signal: text",
        "name the variable that holds the key, never the key itself"
    )]
    [InlineData(", token: abc", "signal: text", "unknown key 'token'")]
    public void What_an_endpoint_cannot_give_is_refused_with_its_place(string keys, string method, string says)
    {
        var error = Assert.Throws<SpecException>(() => Experiments.Parse(Endpoint(keys, method)));
        Assert.StartsWith("experiment.yaml:", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "endpoint: { of: ada, tokenizer: { path: x } }",
        "'ada' is served here, and 'tokenizer' speaks of another server"
    )]
    [InlineData("endpoint: { url: 'http://bob:secret@host/v1', model: m }", "'url' holds more than an address")]
    [InlineData("endpoint: { url: 'http://host/v1?api_key=secret', model: m }", "'url' holds more than an address")]
    [InlineData(
        "onnx: { of: eve }",
        "'of' must name a teacher with weights that stands before this one, and 'eve' is none"
    )]
    [InlineData(
        "endpoint: { of: ada, url: 'http://localhost:1/v1' }",
        "'ada' is served here, and 'url' speaks of another server"
    )]
    [InlineData("endpoint: { url: localhost, model: m }", "'url' is not a web address")]
    [InlineData("endpoint: { url: 'http://localhost:1/v1' }", "'model' is missing")]
    [InlineData("traces: { of: ada }, sampling: { temperature: 1 }", "a recorded teacher's text is already written")]
    [InlineData(
        "onnx: { of: ada }, traces: { of: ada }",
        "give exactly one of train:, checkpoint:, onnx:, endpoint:, traces:"
    )]
    public void A_form_that_makes_no_sense_is_refused(string form, string says) =>
        Assert.Contains(
            says,
            Assert
                .Throws<SpecException>(() =>
                    Experiments.Parse(
                        With(
                            $$"""
                            teachers:
                              - { name: ada, licence: MIT, train: { on: gold-traces, tokens: 60_000 },
                                  model: { layers: 1, width: 16, heads: 2 } }
                              - { name: bob, licence: MIT, {{form}} }
                            """
                        )
                    )
                )
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Another_form_needs_its_teacher_and_writes_as_it_does_and_a_method_may_name_its_teachers()
    {
        var plan = Experiments.Plan(
            With(
                    """
                    teachers:
                      - { name: ada, licence: MIT, train: { on: gold-traces, tokens: 60_000 }, model: { layers: 1,
                          width: 16, heads: 2 }, sampling: { temperature: 0.5 } }
                      - { name: graph, licence: MIT, onnx: { of: ada } }
                      - { name: server, licence: MIT, endpoint: { of: ada } }
                      - { name: recorded, licence: MIT, traces: { of: ada } }
                    """
                )
                .Altered("signal: top-k, k: 4", "signal: top-k, k: 4, teachers: [ada, graph]")
        );
        Assert.All(plan.Teachers, teacher => Assert.Equal(0.5, teacher.Teacher.Sampling.Temperature));
        var first = plan.Teachers.First();
        Assert.All(plan.Teachers.Skip(1), teacher => Assert.Equal([first], teacher.Needs));
        Assert.Equal(
            ["ada", "graph"],
            plan.Units.OfType<StudentUnit>()
                .Where(unit => unit.Method?.Name == "logits")
                .Select(unit => unit.Teacher!.Name)
                .Distinct()
        );
        Assert.Equal(
            4,
            plan.Units.OfType<StudentUnit>()
                .Where(unit => unit.Method?.Name == "answers")
                .Select(unit => unit.Teacher!.Name)
                .Distinct()
                .Count()
        );
        // What is recorded was written first.
        var texts = plan.Units.OfType<TextUnit>().ToDictionary(text => text.Teacher.Name);
        Assert.Contains(texts["ada"], texts["recorded"].Needs);
        Assert.Equal(
            4,
            plan.Units.Select(unit => unit.Fingerprint)
                .Distinct()
                .Count(fingerprint => texts.Values.Any(text => text.Fingerprint == fingerprint))
        );
        Assert.Contains(
            "learns from 'eve', which is no teacher",
            Assert
                .Throws<SpecException>(() =>
                    Experiments.Parse(Experiments.Small.Altered("k: 4", "k: 4, teachers: [eve]"))
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_a_distant_server_costs_is_known_in_dollars_alone()
    {
        var spec = Experiments.Parse(
            Endpoint(", usd-per-million-prompt-tokens: 1, usd-per-million-response-tokens: 2")
        );
        Assert.False(spec.Teachers[0].IsMeasured);
        var dear = Assert.Throws<SpecException>(() =>
            Experiments.Parse(Endpoint("").Altered("unit: student-flops", "unit: usd"))
        );
        Assert.Contains(
            "the cost of the distant teacher 'ada' is not known, and usd count it",
            dear.Message,
            StringComparison.Ordinal
        );
        var plan = Planner.Make(spec, new Nowhere());
        Assert.DoesNotContain(
            plan.Units.OfType<TextUnit>().Single().Prediction.Charges,
            charge => charge.Flops.Value > 0
        );
    }

    [Fact]
    public void Another_form_of_another_teacher_is_another_teacher()
    {
        static string Forms(string train, string keys = "") =>
            With(
                    $$"""
                    teachers:
                      - { name: ada, licence: MIT, train: { on: gold-traces, {{train}} }, model: { layers: 1,
                          width: 16, heads: 2 } }
                      - { name: graph, licence: MIT, onnx: { of: ada } }
                      - { name: server, licence: MIT, endpoint: { of: ada{{keys}} } }
                      - { name: recorded, licence: MIT, traces: { of: ada } }
                    """
                )
                .Altered("temperature: 2, signal: top-k, k: 4", "signal: top-k, k: 4, teachers: [ada, graph, server]");
        static string[] Keys(string yaml) =>
            [
                .. Experiments
                    .Plan(yaml)
                    .Units.Where(unit =>
                        unit is TeacherUnit or TextUnit or ProbabilityUnit or StudentUnit { Method.IsBaseline: false }
                    )
                    .Select(unit => unit.Fingerprint.Text),
            ];
        var keys = Keys(Forms("tokens: 60_000"));
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Empty(keys.Intersect(Keys(Forms("tokens: 70_000"))));
        // How a server is spoken to is part of what it says.
        Assert.NotEqual(keys, Keys(Forms("tokens: 60_000", ", tokens-as-ids: false")));
        // Its students are charged for its training, whatever its form.
        var plan = Experiments.Plan(Forms("tokens: 60_000").Altered("boundary: [", "boundary: [teacher-training, "));
        Assert.Single(
            plan.Units.OfType<StudentUnit>()
                .Where(unit =>
                    unit is { Method: { IsBaseline: false, Name: "answers" }, Seed: 0 } && unit.Budget!.Amount == 2e8
                )
                .Select(unit =>
                    unit.Prediction.Charges.Single(charge =>
                        charge.Kind == Bench.Protocol.Costs.ChargeKind.TeacherTraining
                    ).Flops.Value
                )
                .Distinct()
        );
        Assert.Contains(
            "put one before it under teachers:",
            Assert
                .Throws<SpecException>(() =>
                    Experiments.Parse(With("teacher: { name: ada, licence: MIT, traces: { of: eve } }"))
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    private sealed class Nowhere : ICheckpointFiles
    {
        public (ModelShape Shape, string Hash) Describe(TeacherSpec teacher) =>
            throw new InvalidOperationException("no files");

        public (ModelShape Shape, string Hash) Describe(FileReference weights) =>
            throw new InvalidOperationException("no files");

        public ModelShape ShapeOf(FileReference configuration) => throw new InvalidOperationException("no files");

        public (int Size, string Hash) DescribeTokenizer(FileReference tokenizer) =>
            throw new InvalidOperationException("no files");

        public string HashOf(FileReference file) => throw new InvalidOperationException("no files");
    }
}
