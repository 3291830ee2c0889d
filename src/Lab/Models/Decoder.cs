using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// A decoder-only transformer: RMSNorm before each part, rotary positions, grouped-query attention, SwiGLU, a tied or
/// untied head (the architecture of Llama and Qwen 2 and 3, biases and norms of queries and keys included where a model
/// has them). Query, key and value projections are one matrix, and so are gate and up.
/// </summary>
public sealed class Decoder : IModel, ILanguageModel
{
    private readonly Rotary rotary;
    private readonly AttentionLayout layout;
    private readonly DecoderParts.Layer[] layers;
    private readonly Tensor embedding;
    private readonly Tensor finalNorm;
    private readonly Tensor head;
    private FusedWeights? frozen;
    private bool isFrozen;

    private Decoder(ModelShape shape, Compute compute, Func<string, long[], Tensor> make)
    {
        (Shape, Compute) = (shape, compute);
        rotary = new Rotary(shape);
        layout = new AttentionLayout(shape.Heads, shape.KeyValueHeads, shape.HeadWidth);
        var named = new List<(string, Tensor)>();
        Tensor Parameter(string name, params long[] size)
        {
            var tensor = make(name, size).to(compute.Type).to(compute.Device).DetachFromDisposeScope();
            tensor.requires_grad_();
            named.Add((name, tensor));
            return tensor;
        }

        Tensor? Optional(bool there, string name, params long[] size) => there ? Parameter(name, size) : null;
        embedding = Parameter(ParameterNames.Embedding, shape.Vocabulary, shape.Width);
        layers =
        [
            .. Enumerable
                .Range(0, shape.Layers)
                .Select(i => new DecoderParts.Layer(
                    AttentionNorm: Parameter(ParameterNames.AttentionNorm(i), shape.Width),
                    Projection: Parameter(ParameterNames.Projection(i), shape.ProjectionRows, shape.Width),
                    ProjectionBias: Optional(
                        shape.AttentionBias,
                        ParameterNames.ProjectionBias(i),
                        shape.ProjectionRows
                    ),
                    QueryNorm: Optional(shape.QueryKeyNorm, ParameterNames.QueryNorm(i), shape.HeadWidth),
                    KeyNorm: Optional(shape.QueryKeyNorm, ParameterNames.KeyNorm(i), shape.HeadWidth),
                    Output: Parameter(ParameterNames.Output(i), shape.Width, shape.Heads * shape.HeadWidth),
                    OutputBias: Optional(shape.OutputBias, ParameterNames.OutputBias(i), shape.Width),
                    FeedForwardNorm: Parameter(ParameterNames.FeedForwardNorm(i), shape.Width),
                    GateUp: Parameter(ParameterNames.GateUp(i), 2 * shape.FeedForward, shape.Width),
                    GateUpBias: Optional(shape.FeedForwardBias, ParameterNames.GateUpBias(i), 2 * shape.FeedForward),
                    Down: Parameter(ParameterNames.Down(i), shape.Width, shape.FeedForward),
                    DownBias: Optional(shape.FeedForwardBias, ParameterNames.DownBias(i), shape.Width)
                )),
        ];
        finalNorm = Parameter(ParameterNames.FinalNorm, shape.Width);
        head = shape.TiedHead ? embedding : Parameter(ParameterNames.Head, shape.Vocabulary, shape.Width);
        Parameters = named;
    }

    public ModelShape Shape { get; }

    public Compute Compute { get; }

    /// <summary>The trainable tensors with their names, in the order of the forward pass.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> Parameters { get; }

    /// <summary>
    /// A new model: normal weights of deviation 1/√inputs, the two projections into the residual stream scaled by 1/√(2
    /// · layers) (Radford et al. 2019, section 2.3), norms at 1, biases at 0.
    /// </summary>
    public static Decoder Initialise(ModelShape shape, Compute compute, Seed seed)
    {
        var random = seed.Stream("initialisation");
        return new Decoder(
            shape,
            compute,
            (name, size) =>
            {
                if (size.Length == 1)
                    return name.EndsWith("bias", StringComparison.Ordinal) ? zeros(size) : ones(size);
                var residual =
                    name.EndsWith(ParameterNames.OutputSuffix, StringComparison.Ordinal)
                    || name.EndsWith(ParameterNames.DownSuffix, StringComparison.Ordinal);
                var deviation = 1 / Math.Sqrt(size[1]) / (residual ? Math.Sqrt(2.0 * shape.Layers) : 1);
                var tensor = empty(size);
                foreach (ref var value in tensor.Floats())
                    value = (float)(deviation * random.NextNormal());
                return tensor;
            }
        );
    }

    /// <summary>
    /// A model with given weights; the action fills the tensor of a name, on the CPU and in the model's precision.
    /// </summary>
    internal static Decoder FromWeights(ModelShape shape, Compute compute, Action<string, Tensor> fill) =>
        new(
            shape,
            compute,
            (name, size) =>
            {
                var tensor = empty(size, dtype: compute.Type);
                fill(name, tensor);
                return tensor;
            }
        );

    /// <summary>Logits of every position, [batch · time, vocabulary], for ids [batch, time] of int64.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="tap">Takes one layer's activations on the way.</param>
    public Tensor Logits(Tensor ids, LayerTap? tap = null)
    {
        var (batch, time) = ((int)ids.shape[0], (int)ids.shape[1]);
        if (Compute.Fused && tap is null && !is_grad_enabled())
        {
            var weights = Fused();
            try
            {
                return FusedReading.Logits(weights, ids);
            }
            finally
            {
                if (!isFrozen)
                    weights.Dispose();
            }
        }

        return Run(ids, (_, projection) => CausalAttention.Apply(projection, batch, time, layout, rotary), tap: tap);
    }

    /// <summary>
    /// Starts decoding a number of rows of at most that many positions each, with the weights as they are now. Must be
    /// used without recording gradients.
    /// </summary>
    public IDecoding Begin(int rows, int positions) =>
        Compute.Fused
            ? new FusedDecoding(Fused(), rows, positions, owns: !isFrozen)
            : new Decoding(this, new KeyValueCache(Compute, Shape.Layers, layout, rows, positions));

    /// <summary>
    /// Says that the weights no longer change: they record no gradients any more, and are prepared for reading and
    /// writing only once.
    /// </summary>
    public void Freeze()
    {
        foreach (var (_, tensor) in Parameters)
            tensor.requires_grad_(false);
        isFrozen = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        frozen?.Dispose();
        foreach (var (_, tensor) in Parameters)
            tensor.Dispose();
    }

    // Kept only where the weights do not change.
    private FusedWeights Fused()
    {
        var weights = frozen ?? Prepared();
        if (isFrozen)
            frozen = weights;
        return weights;
    }

    /// <summary>The weights as they are now, in the form that reading and writing on the CPU want.</summary>
    /// <param name="largest">The most bytes that are held twice.</param>
    internal FusedWeights Prepared(long largest = FusedWeights.LargestPacked) => new(Parts, largest);

    /// <summary>The parts of the model as they are: its weights, and how it turns and attends.</summary>
    internal DecoderParts Parts => new(Shape, layout, rotary, embedding, layers, finalNorm, head);

    private Tensor Run(Tensor ids, Func<int, Tensor, Tensor> attend, int lastOf = 0, LayerTap? tap = null)
    {
        var x = embedding.index_select(0, ids.reshape(ids.numel()));
        for (var i = 0; i < layers.Length; i++)
        {
            var layer = layers[i];
            var projection = nn.functional.linear(
                RmsNorm.Apply(x, layer.AttentionNorm, Shape.NormEpsilon),
                layer.Projection,
                layer.ProjectionBias
            );
            projection = Normalised(projection, layer);
            tap?.Attention(i + 1, projection);
            x = x + nn.functional.linear(attend(i, projection), layer.Output, layer.OutputBias);
            var gateUp = nn.functional.linear(
                RmsNorm.Apply(x, layer.FeedForwardNorm, Shape.NormEpsilon),
                layer.GateUp,
                layer.GateUpBias
            );
            x = x + nn.functional.linear(SwiGlu.Apply(gateUp), layer.Down, layer.DownBias);
            tap?.Output(i + 1, x);
        }

        if (lastOf > 1)
            x = x.view(-1, lastOf, Shape.Width).select(1, lastOf - 1).contiguous();
        return nn.functional.linear(RmsNorm.Apply(x, finalNorm, Shape.NormEpsilon), head);
    }

    private Tensor Normalised(Tensor projection, DecoderParts.Layer layer)
    {
        if (layer.QueryNorm is not { } queryNorm || layer.KeyNorm is not { } keyNorm)
            return projection;
        var (rows, queries, keys) = (
            projection.shape[0],
            Shape.Heads * Shape.HeadWidth,
            Shape.KeyValueHeads * Shape.HeadWidth
        );
        Tensor Norm(long start, long channels, Tensor weight) =>
            RmsNorm
                .Apply(projection.narrow(1, start, channels).reshape(-1, Shape.HeadWidth), weight, Shape.NormEpsilon)
                .view(rows, channels);
        return cat(
            [Norm(0, queries, queryNorm), Norm(queries, keys, keyNorm), projection.narrow(1, queries + keys, keys)],
            1
        );
    }

    private sealed class Decoding(Decoder model, KeyValueCache cache) : IDecoding
    {
        public Tensor Next(Tensor ids)
        {
            var (rows, time) = ((int)ids.shape[0], (int)ids.shape[1]);
            var logits = model.Run(
                ids,
                (layer, projection) => cache.Attend(layer, projection, rows, time, model.rotary),
                lastOf: time
            );
            cache.Advance(time);
            return logits;
        }

        public void Keep(IReadOnlyList<int> places) => cache.Keep(places);

        public void Dispose() => cache.Dispose();
    }
}
