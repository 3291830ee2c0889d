using System.Text.Json;
using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.EndToEnd.Packs;

/// <summary>
/// Checkpoints against logits that were computed from the papers' formulas and checked by other engines.
/// </summary>
public sealed class CheckpointPackTests
{
    public static IEnumerable<TheoryDataRow<string>> Folders => Pack.Folders("data/checkpoints", "reference.json");

    private static JsonElement[] Cases(string folder) =>
        [
            .. JsonDocument
                .Parse(File.ReadAllBytes(Path.Combine(folder, "reference.json")))
                .RootElement.GetProperty("cases")
                .EnumerateArray(),
        ];

    private static int[] Ids(JsonElement entry, string key) =>
        [.. entry.GetProperty(key).EnumerateArray().Select(id => id.GetInt32())];

    private static double[] Reals(JsonElement entry, string key) =>
        [.. entry.GetProperty(key).EnumerateArray().Select(value => value.GetDouble())];

    private static void AgreesWithTheReference(Decoder model, string folder)
    {
        foreach (var entry in Cases(folder))
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            var ids = Ids(entry, "input_ids");
            var logits = model.Logits(Models.Ids(ids));
            var last = logits.select(0, ids.Length - 1).ToArray();
            Assert.All(
                last.Zip(Reals(entry, "final_logits")),
                pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4)
            );
            Assert.Equal(
                Ids(entry, "argmax_per_position"),
                logits.argmax(1).contiguous().Longs().ToArray().Select(id => (int)id)
            );
            if (ids.Length > 1)
            {
                var predicted = logits.log_softmax(1).ToArray();
                var own = Enumerable
                    .Range(0, ids.Length - 1)
                    .Select(i => (double)predicted[i * model.Shape.Vocabulary + ids[i + 1]])
                    .ToArray();
                Assert.Equal(entry.GetProperty("mean_nll").GetDouble(), -own.Average(), 1e-5);
            }

            // With the cache: the same choices one token at a time, and the logits that made the last of them.
            var (responses, _) = new TextGenerator(model, TimeProvider.System).Continue(
                [ids],
                16,
                -1,
                SamplingSpec.Greedy,
                new Seed(0),
                ChargeKind.Evaluation
            );
            Assert.Equal(Ids(entry, "greedy_continuation"), responses[0]);
            using var decoding = model.Begin(1, ids.Length + 16);
            decoding.Next(Models.Ids(ids));
            for (var i = 0; i < 14; i++)
                decoding.Next(Models.Ids([responses[0][i]]));
            var step = decoding.Next(Models.Ids([responses[0][14]])).ToArray();
            Assert.All(
                step.Zip(Reals(entry, "last_step_logits")),
                pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4)
            );
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_checkpoint_computes_what_its_reference_says_and_so_it_does_when_written_and_read_back(
        string folder
    )
    {
        foreach (var compute in (Compute[])[Compute.Cpu, Compute.Composite])
            ReadsWritesAndReads(folder, compute);
    }

    private static void ReadsWritesAndReads(string folder, Compute compute)
    {
        using var scratch = Repository.Scratch();
        using (var model = ModelFolder.LoadModel(folder, compute))
        {
            AgreesWithTheReference(model, folder);
            ModelFolder.Save(scratch.Path, model, new ByteTokenizer());
            Assert.Equal(model.Shape, ModelFolder.Shape(scratch.Path));
        }

        using var again = ModelFolder.LoadModel(scratch.Path, compute);
        AgreesWithTheReference(again, folder);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_checkpoint_agrees_with_its_graph_with_and_without_past_key_values(string folder)
    {
        using var model = ModelFolder.LoadModel(folder, Compute.Cpu);
        foreach (var past in (bool[])[true, false])
        {
            using var scratch = Repository.Scratch();
            using var graph = Graphs.Exported(scratch, model, past);
            Assert.Equal(past, graph.HasPast);
            Graphs.Agrees(model, graph);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void In_eight_bits_a_graph_is_a_quarter_as_large_and_nearly_the_same(string folder)
    {
        using var scratch = Repository.Scratch();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var model = ModelFolder.LoadModel(folder, Compute.Cpu);
        Graphs.Exported(scratch, model).Dispose();
        Assert.Equal(OnnxExport.Int8FileName, OnnxExport.Save(scratch.Path, model, new ByteTokenizer(), int8: true));
        // Weights in a quarter of the bytes; the nodes are more, and norms stay.
        var bytes = new FileInfo(scratch.File(OnnxExport.Int8FileName)).Length;
        var nodes = 700L * 30 * model.Shape.Layers + 20_000;
        Assert.InRange(
            bytes,
            model.Shape.Parameters,
            (long)(1.1 * (model.Shape.Parameters + model.Shape.Vocabulary * model.Shape.Width)) + nodes
        );
        using var graph = OnnxModel.Load(scratch.File(OnnxExport.Int8FileName), model.Shape);
        var ids = Models.Ids(Models.Tokens(40, model.Shape.Vocabulary, "a"));
        var (whole, rounded) = (model.Logits(ids), graph.Logits(ids));
        // KL between the two next-token distributions: small beside what a bit is, and not nothing.
        var difference = (whole.softmax(1) * (whole.log_softmax(1) - rounded.log_softmax(1))).sum(1).ToArray();
        Assert.InRange(difference.Average(), 1e-9, 0.05);
        Assert.All(difference, kl => Assert.InRange(kl, -1e-5, 0.4));
        // One token at a time and all at once round differently: what follows is close, not equal.
        var (responses, _) = new TextGenerator(graph, TimeProvider.System).Continue(
            [Models.Tokens(5, model.Shape.Vocabulary, "c")],
            12,
            -1,
            SamplingSpec.Greedy,
            new Seed(0),
            ChargeKind.Evaluation
        );
        Assert.Equal(12, responses[0].Length);
    }
}
