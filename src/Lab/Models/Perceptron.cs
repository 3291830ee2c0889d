using System.Globalization;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// A perceptron with ReLU layers over images that it looks up by their number. While it trains, hidden units may be
/// dropped (Srivastava et al. 2014) and images moved by some pixels.
/// </summary>
internal sealed class Perceptron : IModel
{
    private readonly ImageTable images;
    private readonly (Tensor Weight, Tensor Bias)[] layers;
    private readonly RandomStream noise;

    private Perceptron(
        ModelShape shape,
        ImageTable images,
        Compute compute,
        Seed seed,
        Func<string, long[], Tensor> make
    )
    {
        (Shape, Compute, this.images, noise) = (shape, compute, images, seed.Stream("noise"));
        var named = new List<(string, Tensor)>();
        Tensor Parameter(string name, params long[] size)
        {
            var tensor = make(name, size).to(compute.Type).to(compute.Device).DetachFromDisposeScope().requires_grad_();
            named.Add((name, tensor));
            return tensor;
        }

        layers =
        [
            .. shape.Connections.Select(
                (layer, i) =>
                    (
                        Parameter(
                            string.Create(CultureInfo.InvariantCulture, $"layers.{i}.weight"),
                            layer.To,
                            layer.From
                        ),
                        Parameter(string.Create(CultureInfo.InvariantCulture, $"layers.{i}.bias"), layer.To)
                    )
            ),
        ];
        Parameters = named;
    }

    public ModelShape Shape { get; }

    public Compute Compute { get; }

    public IReadOnlyList<(string Name, Tensor Tensor)> Parameters { get; }

    /// <summary>The share of hidden units that is dropped; 0 when it does not train.</summary>
    internal double Dropout { get; set; }

    /// <summary>By how many pixels images are moved at most; 0 when it does not train.</summary>
    internal int Jitter { get; set; }

    /// <summary>A new model: normal weights of deviation √(2 / inputs) (He et al. 2015), biases at 0.</summary>
    internal static Perceptron Initialise(ModelShape shape, ImageTable images, Compute compute, Seed seed)
    {
        var random = seed.Stream("initialisation");
        return new Perceptron(
            shape,
            images,
            compute,
            seed,
            (_, size) =>
            {
                var tensor = zeros(size);
                if (size.Length == 1)
                    return tensor;
                foreach (ref var value in tensor.Floats())
                    value = (float)(Math.Sqrt(2.0 / size[1]) * random.NextNormal());
                return tensor;
            }
        );
    }

    /// <summary>A model with given weights.</summary>
    internal static Perceptron FromWeights(
        ModelShape shape,
        ImageTable images,
        Compute compute,
        Func<string, long[], Tensor> weights
    ) => new(shape, images, compute, default, weights);

    public Tensor Logits(Tensor ids, LayerTap? tap = null)
    {
        var x = images.Pixels(ids.to(CPU).contiguous().Longs(), Jitter, noise).to(Compute.Type).to(Compute.Device);
        for (var i = 0; i < layers.Length; i++)
        {
            x = nn.functional.linear(x, layers[i].Weight, layers[i].Bias);
            if (i == layers.Length - 1)
                break;
            x = x.relu();
            if (Dropout > 0)
                x = x * Mask(x.shape).to(Compute.Type).to(Compute.Device);
        }

        return x;
    }

    public void Freeze() => (Dropout, Jitter) = (0, 0);

    public void Dispose()
    {
        foreach (var (_, tensor) in Parameters)
            tensor.Dispose();
    }

    // The kept values are scaled up, so that nothing changes when nothing is dropped.
    private Tensor Mask(long[] size)
    {
        var mask = empty(size);
        var kept = (float)(1 / (1 - Dropout));
        foreach (ref var value in mask.Floats())
            value = noise.NextDouble() < Dropout ? 0 : kept;
        return mask;
    }
}
