using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Protocol.Shapes;

namespace Bench.Tests.Lab;

/// <summary>
/// The decoder once more, in plain loops over doubles, to check the Lab's against. It counts the multiply-adds of its
/// matrix products.
/// </summary>
internal sealed class PlainDecoder(Decoder model)
{
    private readonly ModelShape shape = model.Shape;
    private readonly Dictionary<string, double[]> weights = model.Parameters.ToDictionary(
        p => p.Name,
        p => Array.ConvertAll(p.Tensor.ToArray(), x => (double)x)
    );

    internal long MultiplyAdds { get; private set; }

    /// <summary>Logits [time][vocabulary] of one sequence.</summary>
    internal double[][] Logits(int[] ids)
    {
        var embedding = weights["model.embed_tokens.weight"];
        var x = ids.Select(id => embedding[(id * shape.Width)..((id + 1) * shape.Width)]).ToArray();
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            double[] W(string name) => weights[$"model.layers.{layer}.{name}"];
            var projected = x.Select(row =>
                    Linear(Norm(row, W("input_layernorm.weight")), W("self_attn.qkv_proj.weight"), shape.ProjectionRows)
                )
                .ToArray();
            if (shape.AttentionBias)
                projected =
                [
                    .. projected.Select(row => row.Zip(W("self_attn.qkv_proj.bias"), (a, b) => a + b).ToArray()),
                ];
            var mixed = Attend(projected);
            x = [.. x.Zip(mixed, (row, m) => Add(row, Linear(m, W("self_attn.o_proj.weight"), shape.Width)))];
            x =
            [
                .. x.Select(row =>
                {
                    var h = Norm(row, W("post_attention_layernorm.weight"));
                    var gateUp = Linear(h, W("mlp.gate_up_proj.weight"), 2 * shape.FeedForward);
                    var inner = Enumerable
                        .Range(0, shape.FeedForward)
                        .Select(i => gateUp[i] / (1 + Math.Exp(-gateUp[i])) * gateUp[shape.FeedForward + i])
                        .ToArray();
                    return Add(row, Linear(inner, W("mlp.down_proj.weight"), shape.Width));
                }),
            ];
        }

        var head = shape.TiedHead ? embedding : weights["lm_head.weight"];
        return [.. x.Select(row => Linear(Norm(row, weights["model.norm.weight"]), head, shape.Vocabulary))];
    }

    /// <summary>Summed −log p of the tokens from a place on.</summary>
    internal double Loss(int[] tokens, int start)
    {
        var logits = Logits(tokens[..^1]);
        double loss = 0;
        for (var t = start; t < tokens.Length; t++)
        {
            var row = logits[t - 1];
            var largest = row.Max();
            loss += largest + Math.Log(row.Sum(z => Math.Exp(z - largest))) - row[tokens[t]];
        }

        return loss;
    }

    private double[][] Attend(double[][] projected)
    {
        var (width, half) = (shape.HeadWidth, shape.HeadWidth / 2);
        double[] Turned(double[] row, int offset, int position)
        {
            var head = row[offset..(offset + width)];
            var turned = new double[width];
            for (var i = 0; i < half; i++)
            {
                var angle = position * Math.Pow(shape.RotaryBase, -2.0 * i / width);
                turned[i] = head[i] * Math.Cos(angle) - head[half + i] * Math.Sin(angle);
                turned[half + i] = head[half + i] * Math.Cos(angle) + head[i] * Math.Sin(angle);
            }

            return turned;
        }

        var result = projected.Select(_ => new double[shape.Heads * width]).ToArray();
        for (var head = 0; head < shape.Heads; head++)
        {
            var shared = head / (shape.Heads / shape.KeyValueHeads);
            var keyAt = (shape.Heads + shared) * width;
            var valueAt = (shape.Heads + shape.KeyValueHeads + shared) * width;
            for (var t = 0; t < projected.Length; t++)
            {
                var query = Turned(projected[t], head * width, t);
                var scores = Enumerable
                    .Range(0, t + 1)
                    .Select(s => Dot(query, Turned(projected[s], keyAt, s)) / Math.Sqrt(width))
                    .ToArray();
                var largest = scores.Max();
                var total = scores.Sum(score => Math.Exp(score - largest));
                for (var s = 0; s <= t; s++)
                {
                    var p = Math.Exp(scores[s] - largest) / total;
                    for (var i = 0; i < width; i++)
                        result[t][head * width + i] += p * projected[s][valueAt + i];
                    MultiplyAdds += width;
                }
            }
        }

        return result;
    }

    private double[] Norm(double[] row, double[] weight)
    {
        var scale = 1 / Math.Sqrt(row.Sum(v => v * v) / row.Length + shape.NormEpsilon);
        return [.. row.Zip(weight, (v, w) => v * scale * w)];
    }

    private double[] Linear(double[] input, double[] weight, int outputs)
    {
        var result = new double[outputs];
        for (var o = 0; o < outputs; o++)
        {
            for (var i = 0; i < input.Length; i++)
                result[o] += weight[o * input.Length + i] * input[i];
        }

        MultiplyAdds += (long)outputs * input.Length;
        return result;
    }

    private double Dot(double[] a, double[] b)
    {
        MultiplyAdds += a.Length;
        return a.Zip(b, (x, y) => x * y).Sum();
    }

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
