using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// Reading whole sequences on the CPU without gradients: its twin is <see cref="Decoder.Logits"/> with torch's
/// operations.
/// </summary>
internal static unsafe class FusedReading
{
    /// <summary>
    /// Short sequences are read together, up to so many positions, whose activations stay in the second cache from one
    /// operation to the next.
    /// </summary>
    private const int Positions = 256;

    /// <summary>Logits of every position, [batch · time, vocabulary], for ids [batch, time].</summary>
    internal static Tensor Logits(FusedWeights weights, Tensor ids)
    {
        var (batch, time) = ((int)ids.shape[0], (int)ids.shape[1]);
        var result = empty([(long)batch * time, weights.Shape.Vocabulary], dtype: ScalarType.Float32);
        if (batch == 0 || time == 0)
            return result;
        using var contiguous = ids.contiguous();
        var together = Math.Clamp(Positions / time, 1, batch);
        using var activations = new FusedActivations(weights, together * time);
        weights.Rotary.Reach(time);
        for (var first = 0; first < batch; first += together)
        {
            var sequences = Math.Min(together, batch - first);
            var tokens = contiguous.Longs().Slice(first * time, sequences * time);
            for (var i = 0; i < tokens.Length; i++)
                activations.Embed(i, tokens[i]);
            foreach (var layer in weights.Layers)
            {
                activations.Apply(
                    layer,
                    tokens.Length,
                    (projection, seen) =>
                        SequenceAttention.ForEach(
                            sequences,
                            () => new SequenceAttention(weights.Layout, weights.Rotary, time),
                            (attention, sequence) =>
                                attention.Forward(
                                    projection[sequence * time],
                                    projection.Stride,
                                    seen[sequence * time],
                                    seen.Stride
                                )
                        )
                );
            }

            activations.Predict(tokens.Length, i => i, result, (long)first * time);
        }

        return result;
    }
}
