using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using static TorchSharp.torch;

namespace Bench.Lab.Signals;

/// <summary>Has a teacher read sequences and writes what it says of each response token, as a stream.</summary>
internal static class TokenSignals
{
    /// <summary>The k largest probabilities at a temperature.</summary>
    internal static Charge WriteTopK(
        IReader reader,
        int vocabulary,
        IReadOnlyList<Sequence> sequences,
        string path,
        int k,
        double temperature,
        ChargeKind kind,
        Action<int>? progress = null
    )
    {
        using var writer = new TeacherProbabilities.Writer(
            path,
            sequences.Count,
            k,
            vocabulary,
            temperature,
            sampled: false
        );
        var done = 0;
        var charge = reader.Read(
            sequences,
            kind,
            (index, logits) =>
            {
                var (values, tokens) = (logits / temperature).softmax(1).topk(k, 1);
                writer.Write(index, tokens.to(CPU).contiguous().Longs(), values.ToArray());
                progress?.Invoke(++done);
            }
        );
        writer.Complete();
        return charge;
    }

    /// <summary>
    /// k draws from the proposal q ∝ p^power, each with the weight p / (k q): the weighted mean over draws of any
    /// function of a token is unbiased (Anshumann et al. 2025, section 3). A sequence's draws depend on its index and
    /// the seed alone.
    /// </summary>
    internal static Charge WriteSampled(
        IReader reader,
        int vocabulary,
        IReadOnlyList<Sequence> sequences,
        string path,
        int k,
        double temperature,
        double power,
        Seed seed,
        ChargeKind kind,
        Action<int>? progress = null
    )
    {
        using var writer = new TeacherProbabilities.Writer(
            path,
            sequences.Count,
            k,
            vocabulary,
            temperature,
            sampled: true
        );
        var done = 0;
        var charge = reader.Read(
            sequences,
            kind,
            (index, logits) =>
            {
                var (tokens, weights) = Draw(
                    (logits / temperature).softmax(1).to(CPU).contiguous(),
                    k,
                    power,
                    seed.Stream($"draws/{index}")
                );
                writer.Write(index, tokens, weights);
                progress?.Invoke(++done);
            }
        );
        writer.Complete();
        return charge;
    }

    /// <summary>Draws of each row of probabilities [n, vocabulary]: tokens and weights, [n · k] each.</summary>
    internal static (long[] Tokens, float[] Weights) Draw(
        Tensor probabilities,
        int k,
        double power,
        RandomStream random
    )
    {
        var (count, vocabulary) = ((int)probabilities.shape[0], (int)probabilities.shape[1]);
        var (tokens, weights) = (new long[count * k], new float[count * k]);
        var cumulative = new double[vocabulary];
        for (var row = 0; row < count; row++)
        {
            var p = probabilities.Floats().Slice(row * vocabulary, vocabulary);
            double total = 0;
            for (var token = 0; token < vocabulary; token++)
                cumulative[token] = total += power == 1 ? p[token] : Math.Pow(p[token], power);
            for (var draw = row * k; draw < (row + 1) * k; draw++)
            {
                var found = Array.BinarySearch(cumulative, random.NextDouble() * total);
                // Between two sums lies the token of the upper one; rounding at the end falls to the last.
                var token = Math.Min(found < 0 ? ~found : found + 1, vocabulary - 1);
                tokens[draw] = token;
                weights[draw] = power == 1 ? 1f / k : (float)(Math.Pow(p[token], 1 - power) * total / k);
            }
        }

        return (tokens, weights);
    }

    /// <summary>One layer's activations.</summary>
    internal static Charge WriteStates(
        IReader teacher,
        IReadOnlyList<Sequence> sequences,
        string path,
        int layer,
        bool attention,
        ChargeKind kind,
        Action<int>? progress = null
    )
    {
        var width = attention ? teacher.Shape.ProjectionRows : teacher.Shape.Width;
        using var writer = new TeacherStates.Writer(path, sequences.Count, width);
        var done = 0;
        var charge = teacher.ReadLayer(
            sequences,
            layer,
            attention,
            kind,
            (index, states) =>
            {
                writer.Write(index, states.ToArray());
                progress?.Invoke(++done);
            }
        );
        writer.Complete();
        return charge;
    }
}
