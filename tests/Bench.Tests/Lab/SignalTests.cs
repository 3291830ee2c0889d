using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;

namespace Bench.Tests.Lab;

public class SignalTests
{
    private const int Vocabulary = 151_936;

    private static (long[] Tokens, float[] Values) Scores(int tokens, int k, double sharpness)
    {
        var random = new Seed(41).Stream("scores");
        var (named, values) = (new long[tokens * k], new float[tokens * k]);
        for (var t = 0; t < tokens; t++)
        {
            // From nearly certain to nearly flat, with a tail that is left over.
            var raw = Enumerable
                .Range(0, k)
                .Select(_ => Math.Exp(sharpness * random.NextNormal() * (1 + t % 5)))
                .OrderDescending()
                .ToArray();
            var total = raw.Sum() * (1 + Math.Exp(-(double)(t % 11)));
            for (var j = 0; j < k; j++)
                (named[t * k + j], values[t * k + j]) = (random.Next(Vocabulary), (float)(raw[j] / total));
        }

        return (named, values);
    }

    [Fact]
    public void A_token_of_32_entries_takes_at_most_130_bytes_at_the_vocabulary_of_qwen()
    {
        using var scratch = Repository.Scratch();
        var path = scratch.File("scores.bin");
        const int Sequences = 50,
            Length = 40;
        var (tokens, values) = Scores(Length, 32, 1);
        using (var writer = new TeacherProbabilities.Writer(path, Sequences, 32, Vocabulary, 2, sampled: false))
        {
            foreach (var sequence in Enumerable.Range(0, Sequences).Reverse())
                writer.Write(sequence, tokens, values);
            writer.Complete();
        }

        Assert.InRange(new FileInfo(path).Length / (double)(Sequences * Length), 128, 130);
    }

    [Theory]
    [InlineData(151_936, 32, 1.5e-3)]
    [InlineData(19, 8, 1e-6)]
    public void Top_k_scores_are_read_back_nearly_as_they_were_with_the_tail(int vocabulary, int k, double tolerance)
    {
        using var scratch = Repository.Scratch();
        var path = scratch.File("scores.bin");
        var (tokens, values) = Scores(200, k, 1);
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] %= vocabulary;
        using (var writer = new TeacherProbabilities.Writer(path, 1, k, vocabulary, 2, sampled: false))
        {
            writer.Write(0, tokens, values);
            writer.Complete();
        }

        using var scores = new TeacherProbabilities(path);
        Assert.Equal((k, 2.0, false, 1), (scores.K, scores.Temperature, scores.Sampled, scores.Count));
        var (readTokens, read) = (new long[tokens.Length], new float[values.Length]);
        scores.Read(0, readTokens, read);
        Assert.Equal(tokens, readTokens);
        for (var t = 0; t < 200; t++)
        {
            var (row, back) = (values.Skip(t * k).Take(k).ToArray(), read.Skip(t * k).Take(k).ToArray());
            // Each probability but the first by its own size; the first by the size of what it lacks to 1; and the tail
            // by its own size.
            for (var j = 1; j < k; j++)
                Assert.InRange(Math.Abs(back[j] - row[j]), 0, tolerance * row[j] + 1e-7);
            Assert.InRange(Math.Abs(back[0] - row[0]), 0, tolerance * (1 - row[0]) + 5e-7);
            var (tail, kept) = (1 - row.Sum(p => (double)p), 1 - back.Sum(p => (double)p));
            Assert.InRange(Math.Abs(kept - tail), 0, tolerance * tail + 1e-6);
        }
    }

    [Fact]
    public void The_weight_of_a_plain_draw_is_exact()
    {
        using var scratch = Repository.Scratch();
        var path = scratch.File("scores.bin");
        foreach (var k in (int[])[32, 50, 7])
        {
            using (var writer = new TeacherProbabilities.Writer(path, 1, k, Vocabulary, 1, sampled: true))
            {
                writer.Write(0, [.. Enumerable.Repeat(5L, k)], [.. Enumerable.Repeat(1f / k, k)]);
                writer.Complete();
            }

            using var scores = new TeacherProbabilities(path);
            var (tokens, weights) = (new long[k], new float[k]);
            scores.Read(0, tokens, weights);
            Assert.True(scores.Sampled);
            Assert.All(weights, weight => Assert.Equal(1f / k, weight, 1e-9f));
        }
    }

    [Fact]
    public void Damage_and_files_that_were_cut_off_are_found_and_named()
    {
        using var scratch = Repository.Scratch();
        var path = scratch.File("scores.bin");
        var (tokens, values) = Scores(5, 4, 1);
        using (var writer = new TeacherProbabilities.Writer(path, 2, 4, Vocabulary, 1, sampled: false))
        {
            writer.Write(1, tokens, values);
            writer.Write(0, tokens, values);
            writer.Complete();
        }

        var whole = File.ReadAllBytes(path);
        string Problem(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            return Assert
                .Throws<LabException>(() =>
                {
                    using var scores = new TeacherProbabilities(path);
                    scores.Read(0, new long[20], new float[20]);
                    scores.Read(1, new long[20], new float[20]);
                })
                .Message;
        }

        // A flipped bit anywhere, and a file that ends anywhere.
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 4;
            Assert.StartsWith(path, Problem(damaged), StringComparison.Ordinal);
        }

        for (var length = 0; length < whole.Length; length += 7)
            Assert.StartsWith(path, Problem(whole[..length]), StringComparison.Ordinal);
        File.WriteAllBytes(path, whole);
        Assert.Contains(
            "not a signal of this kind",
            Assert.Throws<LabException>(() => SequenceFile.Read(path)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void States_are_read_back_in_half_precision()
    {
        using var scratch = Repository.Scratch();
        var path = scratch.File("states.bin");
        float[] values = [0.5f, -3.25f, 1.0009766f, 100];
        using (var writer = new TeacherStates.Writer(path, 1, 2))
        {
            writer.Write(0, values);
            writer.Complete();
        }

        using var states = new TeacherStates(path);
        var read = new float[4];
        states.Read(0, read);
        Assert.Equal(values, read);
        Assert.Throws<LabException>(() => states.Read(0, new float[6]));
    }

    [Fact]
    public void Sequences_are_read_back()
    {
        using var scratch = Repository.Scratch();
        SequenceFile.Write(scratch.File("text.bin"), [new Sequence([0, 5, 6, 1], 2), new Sequence([0, 1], 1)]);
        var read = SequenceFile.Read(scratch.File("text.bin"));
        Assert.Equal([0, 5, 6, 1], read[0].Tokens);
        Assert.Equal((2, 1), (read[0].Start, read[1].Start));
    }
}
