using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Shared;

/// <summary>Decoders as ONNX graphs, and whether both compute the same.</summary>
internal static class Graphs
{
    internal static OnnxModel Exported(Scratch scratch, Decoder model, bool past = true)
    {
        OnnxExport.Save(scratch.Path, model, new ByteTokenizer(), past);
        return OnnxModel.Load(scratch.File(OnnxExport.FileName), model.Shape);
    }

    // Logits of a batch, read whole; then greedy text of three prompts of two lengths, of which some end before others.
    internal static void Agrees(Decoder model, OnnxModel graph)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var vocabulary = model.Shape.Vocabulary;
        var ids = Models.Ids(Models.Tokens(23, vocabulary, "a"), Models.Tokens(23, vocabulary, "b"));
        Assert.All(
            model.Logits(ids).ToArray().Zip(graph.Logits(ids).ToArray()),
            pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4)
        );
        int[][] prompts =
        [
            Models.Tokens(5, vocabulary, "c"),
            Models.Tokens(5, vocabulary, "d"),
            Models.Tokens(9, vocabulary, "e"),
        ];
        (IReadOnlyList<int[]>, Charge) Written(ILanguageModel writer, int end) =>
            new TextGenerator(writer, TimeProvider.System).Continue(
                prompts,
                12,
                end,
                SamplingSpec.Greedy,
                new Seed(0),
                ChargeKind.Evaluation
            );
        var (free, _) = Written(model, -1);
        // A token that one row writes and another does not: then rows leave the batch at different times.
        var end = free[0].Skip(1).Append(free[0][0]).First();
        var ((mine, charge), (theirs, same)) = (Written(model, end), Written(graph, end));
        Assert.Equal(mine, theirs);
        Assert.Equal((charge.Tokens, charge.Flops), (same.Tokens, same.Flops));
    }
}
