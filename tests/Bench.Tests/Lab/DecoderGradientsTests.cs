using Bench.Lab.Kernels;
using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using Bench.Lab.Training;
using Bench.Protocol.Seeds;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

/// <summary>Gradients by hand are autograd's, for every width of vectors, shape of model and form of batch.</summary>
public class DecoderGradientsTests
{
    public static IEnumerable<TheoryDataRow<string, int, int, int>> Cases =>
        from name in Models.All.Select(row => row.Data)
        from lanes in new[] { 4, 8, 16 }
        from batch in new[] { (1, 5), (3, 13), (9, 4), (20, 7), (33, 2), (5, 40) }
        select new TheoryDataRow<string, int, int, int>(name, lanes, batch.Item1, batch.Item2);

    [Theory]
    [MemberData(nameof(Cases))]
    public void They_are_autograd_s(string name, int lanes, int sequences, int time)
    {
        using var scope = NewDisposeScope();
        using var model = Models.Make(Models.Named(name), Compute.Composite);
        var batch = Batch(model.Shape.Vocabulary, sequences, time);
        var teacher = new TeacherDistribution.Dense(Normal("teacher", batch.Rows.numel(), model.Shape.Vocabulary));
        var loss = new MixedLoss(
            ForwardKlLoss.Loss(batch.Rows, teacher, 2),
            new CrossEntropyLoss.OnRows(batch.Rows, batch.Targets, batch.Weights),
            0.3
        );
        var expected = loss.Sum(model.Logits(batch.Ids));
        var gradients = autograd.grad([expected], [.. model.Parameters.Select(p => p.Tensor)]);
        // Twice: what a batch leaves in the buffers must not reach the next.
        var (found, sum) = ByHand(
            model,
            lanes,
            byHand =>
            {
                var other = Batch(model.Shape.Vocabulary, sequences + 3, time + 1);
                byHand.Add(other, new CrossEntropyLoss.OnRows(other.Rows, other.Targets), 0);
                return byHand.Add(batch, loss, 1);
            }
        );
        Assert.Equal(expected.item<float>(), sum, 1e-5 * Math.Max(1, Math.Abs(sum)));
        for (var i = 0; i < found.Length; i++)
        {
            var (theirs, mine) = (gradients[i].ToArray(), found[i].ToArray());
            var largest = theirs.Max(Math.Abs);
            Assert.All(theirs.Zip(mine), pair => Assert.Equal(pair.First, pair.Second, 1e-5f * Math.Max(largest, 1)));
        }
    }

    [Fact]
    public void They_are_scaled_and_added_to_what_is_there()
    {
        using var scope = NewDisposeScope();
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        var batch = Batch(model.Shape.Vocabulary, 4, 6);
        var loss = new CrossEntropyLoss.OnRows(batch.Rows, batch.Targets);
        var once = ByHand(model, 16, byHand => byHand.Add(batch, loss, 1)).Gradients;
        var thrice = ByHand(model, 16, byHand => byHand.Add(batch, loss, 2) + byHand.Add(batch, loss, 1)).Gradients;
        foreach (var (a, b) in once.Zip(thrice))
            Assert.All(a.ToArray().Zip(b.ToArray()), pair => Assert.Equal(3 * pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        using var scope = NewDisposeScope();
        using var model = Decoder.Initialise(
            Models.Plain with
            {
                Width = 64,
                HeadWidth = 16,
                FeedForward = 700,
            },
            Compute.Cpu,
            new Seed(1)
        );
        var batch = Batch(model.Shape.Vocabulary, 16, 40);
        float[][] Found(int threads)
        {
            Compute.UseThreads(threads);
            try
            {
                return
                [
                    .. ByHand(
                        model,
                        16,
                        byHand => byHand.Add(batch, new CrossEntropyLoss.OnRows(batch.Rows, batch.Targets), 1)
                    )
                        .Gradients.Select(gradient => gradient.ToArray()),
                ];
            }
            finally
            {
                Compute.UseThreads(1);
            }
        }

        Assert.Equal(Found(1), Found(3));
    }

    [Fact]
    public void A_token_that_the_vocabulary_lacks_is_refused()
    {
        using var scope = NewDisposeScope();
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        var batch = Batch(model.Shape.Vocabulary, 4, 6);
        batch.Ids.Longs()[3] = model.Shape.Vocabulary;
        Assert.Throws<ArgumentException>(() =>
            ByHand(model, 16, byHand => byHand.Add(batch, new CrossEntropyLoss.OnRows(batch.Rows, batch.Targets), 1))
        );
    }

    [Fact]
    public void A_target_that_the_vocabulary_lacks_is_refused()
    {
        using var scope = NewDisposeScope();
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        var batch = Batch(model.Shape.Vocabulary, 4, 6);
        batch.Targets.Longs()[^1] = model.Shape.Vocabulary;
        Assert.Throws<ArgumentException>(() =>
            ByHand(model, 16, byHand => byHand.Add(batch, new CrossEntropyLoss.OnRows(batch.Rows, batch.Targets), 1))
        );
    }

    [Theory]
    [InlineData(32, 12, 16, 32)]
    [InlineData(32, 40, 16, 16)]
    [InlineData(5, 40, 8, 8)]
    [InlineData(2, 40, 4, 4)]
    [InlineData(64, 1000, 4, 4)]
    [InlineData(100, 2, 16, 112)]
    public void Batches_pass_in_parts_that_fill_vectors_and_bound_memory(
        int sequences,
        int time,
        int lanes,
        int together
    ) => Assert.Equal(new SequenceParts(lanes, together), SequenceParts.Of(sequences, time, 16));

    private static (Tensor[] Gradients, double Loss) ByHand(
        Decoder model,
        int lanes,
        Func<DecoderGradients, double> use
    )
    {
        var gradients = model.Parameters.Select(p => zeros(p.Tensor.shape)).ToArray();
        var places = model
            .Parameters.Select((p, i) => (p.Tensor.Handle, i))
            .ToDictionary(pair => pair.Handle, pair => pair.i);
        var (weights, targets) = (model.Parts, model.Parts.With(tensor => gradients[places[tensor.Handle]]));
        using DecoderGradients byHand = lanes switch
        {
            4 => new DecoderGradients<Lanes4>(weights, targets),
            8 => new DecoderGradients<Lanes8>(weights, targets),
            _ => new DecoderGradients<Lanes16>(weights, targets),
        };
        return (gradients, use(byHand));
    }

    // Responses of different lengths, the last token of each sequence among them.
    private static TrainingBatch Batch(int vocabulary, int sequences, int time)
    {
        var random = new Seed(11).Stream($"{sequences} {time}");
        var rows = new List<long>();
        var lengths = new List<int>();
        for (var i = 0; i < sequences; i++)
        {
            var start = random.Next(time);
            for (var t = start; t < time; t++)
                rows.Add((long)i * time + t);
            lengths.Add(time - start);
        }

        long[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(vocabulary))];
        return new TrainingBatch
        {
            Ids = TensorData.Of(Tokens(sequences * time), sequences, time),
            Rows = TensorData.Of([.. rows], rows.Count),
            Targets = TensorData.Of(Tokens(rows.Count), rows.Count),
            Weights = Normal("weights", rows.Count),
            Lengths = lengths,
        };
    }

    private static Tensor Normal(string purpose, params long[] size)
    {
        var random = new Seed(12).Stream(purpose);
        return TensorData.Of(
            [.. Enumerable.Range(0, (int)size.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)random.NextNormal())],
            size
        );
    }
}
