using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// A decoder-only transformer: RMSNorm before each part, rotary positions, grouped-query attention, SwiGLU, a tied or untied head
/// (the architecture of Llama 2 and Qwen 2). Query, key and value projections are one matrix, and so are gate and up.
/// </summary>
public sealed class Decoder : IModel
{
    private readonly Rotary rotary;
    private readonly AttentionLayout layout;
    private readonly Layer[] layers;
    private readonly Tensor embedding;
    private readonly Tensor finalNorm;
    private readonly Tensor head;

    private Decoder(ModelShape shape, Compute compute, Func<string, long[], Tensor> make)
    {
        (Shape, Compute) = (shape, compute);
        rotary = new Rotary(shape.HeadWidth, shape.RotaryBase);
        layout = new AttentionLayout(shape.Heads, shape.KeyValueHeads, shape.HeadWidth);
        var named = new List<(string, Tensor)>();
        Tensor Parameter(string name, params long[] size)
        {
            var tensor = make(name, size).to(compute.Type).to(compute.Device).DetachFromDisposeScope();
            tensor.requires_grad_();
            named.Add((name, tensor));
            return tensor;
        }

        embedding = Parameter(ParameterNames.Embedding, shape.Vocabulary, shape.Width);
        layers = [.. Enumerable.Range(0, shape.Layers).Select(i => new Layer(
            Parameter(ParameterNames.AttentionNorm(i), shape.Width),
            Parameter(ParameterNames.Projection(i), shape.ProjectionRows, shape.Width),
            shape.AttentionBias ? Parameter(ParameterNames.ProjectionBias(i), shape.ProjectionRows) : null,
            Parameter(ParameterNames.Output(i), shape.Width, shape.Heads * shape.HeadWidth),
            Parameter(ParameterNames.FeedForwardNorm(i), shape.Width),
            Parameter(ParameterNames.GateUp(i), 2 * shape.FeedForward, shape.Width),
            Parameter(ParameterNames.Down(i), shape.Width, shape.FeedForward)))];
        finalNorm = Parameter(ParameterNames.FinalNorm, shape.Width);
        head = shape.TiedHead ? embedding : Parameter(ParameterNames.Head, shape.Vocabulary, shape.Width);
        Parameters = named;
    }

    public ModelShape Shape { get; }

    public Compute Compute { get; }

    /// <summary>The trainable tensors with their names, in the order of the forward pass.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> Parameters { get; }

    /// <summary>
    /// A new model: normal weights of deviation 1/√inputs, the two projections into the residual stream scaled by 1/√(2 · layers)
    /// (Radford et al. 2019, section 2.3), norms at 1, biases at 0.
    /// </summary>
    public static Decoder Initialise(ModelShape shape, Compute compute, Seed seed)
    {
        var random = seed.Stream("initialisation");
        return new Decoder(shape, compute, (name, size) =>
        {
            if (size.Length == 1) return name.EndsWith("bias", StringComparison.Ordinal) ? zeros(size) : ones(size);
            var residual = name.EndsWith(ParameterNames.OutputSuffix, StringComparison.Ordinal) || name.EndsWith(ParameterNames.DownSuffix, StringComparison.Ordinal);
            var deviation = 1 / Math.Sqrt(size[1]) / (residual ? Math.Sqrt(2.0 * shape.Layers) : 1);
            var tensor = empty(size);
            foreach (ref var value in tensor.Floats()) value = (float)(deviation * random.NextNormal());
            return tensor;
        });
    }

    /// <summary>A model with given weights; the function gives a float32 tensor for a name and a size.</summary>
    internal static Decoder FromWeights(ModelShape shape, Compute compute, Func<string, long[], Tensor> weights) => new(shape, compute, weights);

    /// <summary>Logits of every position, [batch · time, vocabulary], for ids [batch, time] of int64.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="tap">Takes one layer's activations on the way.</param>
    public Tensor Logits(Tensor ids, LayerTap? tap = null)
    {
        var (batch, time) = ((int)ids.shape[0], (int)ids.shape[1]);
        return Run(ids, (_, projection) => CausalAttention.Apply(Compute, projection, batch, time, layout, rotary), tap: tap);
    }

    /// <summary>
    /// Logits of the last position, [rows, vocabulary], for ids [rows, time] that follow what the cache holds for those rows.
    /// Must be called without recording gradients.
    /// </summary>
    internal Tensor Next(Tensor ids, KeyValueCache cache)
    {
        var (rows, time) = ((int)ids.shape[0], (int)ids.shape[1]);
        var logits = Run(ids, (layer, projection) => cache.Attend(layer, projection, rows, time, rotary), lastOf: time);
        cache.Advance(time);
        return logits;
    }

    /// <summary>Starts decoding a number of rows of at most that many positions each.</summary>
    internal IDecoding Begin(int rows, int positions) => new Decoding(this, NewCache(rows, positions));

    internal KeyValueCache NewCache(int rows, int positions) => KeyValueCache.Create(Compute, Shape.Layers, layout, rows, positions);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, tensor) in Parameters) tensor.Dispose();
    }

    private Tensor Run(Tensor ids, Func<int, Tensor, Tensor> attend, int lastOf = 0, LayerTap? tap = null)
    {
        var x = EmbeddingLookup.Apply(Compute, embedding, ids.reshape(ids.numel()));
        for (var i = 0; i < layers.Length; i++)
        {
            var layer = layers[i];
            var projection = nn.functional.linear(RmsNorm.Apply(Compute, x, layer.AttentionNorm, Shape.NormEpsilon), layer.Projection, layer.ProjectionBias);
            tap?.Attention(i + 1, projection);
            x = x + nn.functional.linear(attend(i, projection), layer.Output);
            var gateUp = nn.functional.linear(RmsNorm.Apply(Compute, x, layer.FeedForwardNorm, Shape.NormEpsilon), layer.GateUp);
            x = x + nn.functional.linear(SwiGlu.Apply(Compute, gateUp), layer.Down);
            tap?.Output(i + 1, x);
        }

        if (lastOf > 1) x = x.view(-1, lastOf, Shape.Width).select(1, lastOf - 1).contiguous();
        return nn.functional.linear(RmsNorm.Apply(Compute, x, finalNorm, Shape.NormEpsilon), head);
    }

    private sealed record Layer(
        Tensor AttentionNorm, Tensor Projection, Tensor? ProjectionBias, Tensor Output, Tensor FeedForwardNorm, Tensor GateUp, Tensor Down);

    private sealed class Decoding(Decoder model, KeyValueCache cache) : IDecoding
    {
        public Tensor Next(Tensor ids) => model.Next(ids, cache);

        public void Keep(IReadOnlyList<int> places) => cache.Keep(places);

        public void Dispose() => cache.Dispose();
    }
}
