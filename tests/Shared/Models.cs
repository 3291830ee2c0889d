using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Shared;

/// <summary>Small models for tests, with every option of the architecture.</summary>
internal static class Models
{
    internal static readonly ModelShape Plain = new()
    {
        Layers = 2,
        Width = 24,
        Heads = 3,
        KeyValueHeads = 3,
        HeadWidth = 8,
        FeedForward = 40,
        Vocabulary = 19,
    };

    internal static readonly ModelShape Grouped = Plain with
    {
        Heads = 4,
        KeyValueHeads = 2,
        HeadWidth = 6,
        TiedHead = true,
        AttentionBias = true,
        RotaryBase = 500,
    };

    // Widths past a vector's 16 lanes, so that fused kernels run their vector loops and their tails.
    internal static readonly ModelShape Wide = Plain with
    {
        Width = 72,
        Heads = 2,
        KeyValueHeads = 1,
        HeadWidth = 36,
        FeedForward = 88,
        Vocabulary = 70,
    };

    // Heads of more than four vectors, as those of published models are.
    internal static readonly ModelShape LongHeads = Plain with
    {
        Width = 48,
        Heads = 2,
        KeyValueHeads = 1,
        HeadWidth = 80,
        FeedForward = 64,
        Vocabulary = 33,
    };

    // Everything that an architecture may add to a layer, in whole panels of channels, so that the head is used where
    // it lies.
    internal static readonly ModelShape Full = Plain with
    {
        Width = 32,
        Heads = 4,
        KeyValueHeads = 2,
        HeadWidth = 8,
        QueryKeyNorm = true,
        AttentionBias = true,
        OutputBias = true,
        FeedForwardBias = true,
    };

    // Fewer tokens than a vector has lanes, in a tied head.
    internal static readonly ModelShape FewTokens = Full with
    {
        Vocabulary = 3,
        TiedHead = true,
        QueryKeyNorm = false,
        HeadWidth = 10,
    };

    /// <summary>Of gradients.</summary>
    internal static IEnumerable<TheoryDataRow<string>> All => [.. Names, new("Full"), new("FewTokens")];

    internal static IEnumerable<TheoryDataRow<string>> Names =>
        [new("Plain"), new("Grouped"), new("Wide"), new("LongHeads")];

    internal static ModelShape Named(string name) =>
        name switch
        {
            "Plain" => Plain,
            "Grouped" => Grouped,
            "Wide" => Wide,
            "Full" => Full,
            "FewTokens" => FewTokens,
            _ => LongHeads,
        };

    /// <summary>A model whose biases and norms are not at their trivial starting values.</summary>
    internal static Decoder Make(ModelShape shape, Compute compute)
    {
        var model = Decoder.Initialise(shape, compute, new Seed(7));
        var random = new Seed(8).Stream("vectors");
        using var quiet = no_grad();
        foreach (var (_, tensor) in model.Parameters.Where(parameter => parameter.Tensor.shape.Length == 1))
        foreach (ref var value in tensor.Floats())
            value += (float)(0.3 * random.NextNormal());
        return model;
    }

    internal static int[] Tokens(int count, int vocabulary, string purpose = "tokens")
    {
        var random = new Seed(9).Stream(purpose);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
    }

    internal static Tensor Ids(params int[][] rows) =>
        TensorData.Of([.. rows.SelectMany(row => row).Select(id => (long)id)], rows.Length, rows[0].Length);
}
