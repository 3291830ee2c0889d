using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using Bench.Lab.Training;
using Bench.Protocol.Costs;
using Bench.Protocol.Detection;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

public class DecoderTests
{
    public static IEnumerable<TheoryDataRow<string>> Shapes => Models.Names;

    private static Compute On(bool fused) => fused ? Compute.Cpu : Compute.Composite;

    [Theory]
    [InlineData("Plain", true)]
    [InlineData("Plain", false)]
    [InlineData("Grouped", true)]
    [InlineData("Grouped", false)]
    [InlineData("Wide", true)]
    [InlineData("Wide", false)]
    public void Logits_are_those_of_the_plain_loops(string name, bool fused)
    {
        using var scope = NewDisposeScope();
        using var model = Models.Make(Models.Named(name), On(fused));
        int[][] rows = [Models.Tokens(21, model.Shape.Vocabulary, "a"), Models.Tokens(21, model.Shape.Vocabulary, "b")];
        var logits = model.Logits(Models.Ids(rows)).ToArray();
        var plain = new PlainDecoder(model);
        var expected = rows.SelectMany(row => plain.Logits(row).SelectMany(position => position)).ToArray();
        Assert.Equal(expected.Length, logits.Length);
        Assert.All(expected.Zip(logits), pair => Assert.Equal(pair.First, pair.Second, 2e-5));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_flop_formula_counts_the_products_that_are_executed(string name)
    {
        using var model = Models.Make(Models.Named(name), Compute.Cpu);
        var plain = new PlainDecoder(model);
        plain.Logits(Models.Tokens(13, model.Shape.Vocabulary));
        Assert.Equal(2.0 * plain.MultiplyAdds, ModelFlops.Forward(model.Shape, 13).Value);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Fused_and_composite_agree_in_loss_and_gradients(string name)
    {
        using var scope = NewDisposeScope();
        using var fused = Models.Make(Models.Named(name), Compute.Cpu);
        using var composite = Models.Make(Models.Named(name), Compute.Composite);
        var (a, b) = (LossAndGradients(fused), LossAndGradients(composite));
        Assert.Equal(b.Loss, a.Loss, 1e-3);
        foreach (var ((parameter, x), y) in fused.Parameters.Zip(a.Gradients).Zip(b.Gradients))
        {
            var scale = y.ToArray().Max(Math.Abs);
            Assert.True(
                x.ToArray().Zip(y.ToArray(), (p, q) => Math.Abs(p - q)).Max() <= 2e-5 * Math.Max(scale, 1),
                parameter.Name
            );
        }
    }

    private static (double Loss, IReadOnlyList<Tensor> Gradients) LossAndGradients(Decoder model)
    {
        int[][] rows = [Models.Tokens(18, model.Shape.Vocabulary, "a"), Models.Tokens(18, model.Shape.Vocabulary, "b")];
        return LossAndGradients(model, rows, [2, 3, 9, 20, 35], [1, 4, 0, 7, 11], [3, 2]);
    }

    // As training finds them: by hand where the model's kernels are, else by autograd.
    private static (double Loss, IReadOnlyList<Tensor> Gradients) LossAndGradients(
        Decoder model,
        int[][] tokens,
        long[] rows,
        long[] targets,
        int[] lengths
    )
    {
        using var objective = StudentObjective.OfText(model);
        using var learner = new Learner(objective, model.Compute, new OptimiserSpec());
        var batch = new TrainingBatch
        {
            Ids = Models.Ids(tokens),
            Rows = TensorData.Of(rows, rows.Length),
            Targets = TensorData.Of(targets, targets.Length),
            Lengths = lengths,
        };
        var (gradients, loss) = learner.Gradients(
            new TrainingStep(new StepCost(default, default, 1, 0, 1), [() => batch])
        );
        return (loss, [.. gradients.Select(gradient => gradient.clone())]);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gradients_are_the_finite_differences_of_the_plain_loops(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Models.Make(Models.Named(name), Compute.Cpu);
        var tokens = Models.Tokens(9, model.Shape.Vocabulary);
        const int Start = 4;
        var rows = Enumerable.Range(Start, tokens.Length - Start).Select(t => (long)t - 1).ToArray();
        var targets = tokens[Start..].Select(t => (long)t).ToArray();
        var (_, gradients) = LossAndGradients(model, [tokens[..^1]], rows, targets, [rows.Length]);
        var random = new Seed(3).Stream("directions");
        using var quiet = no_grad();
        for (var i = 0; i < gradients.Count; i++)
        {
            // The slope along a random direction, by central differences in double precision.
            var parameter = model.Parameters[i].Tensor;
            var direction = Array.ConvertAll(new float[parameter.numel()], _ => random.NextNormal());
            var expected = gradients[i].ToArray().Zip(direction, (g, d) => g * d).Sum();
            const double Step = 1e-3;
            double Shifted(double sign)
            {
                var saved = parameter.ToArray();
                var values = parameter.Floats();
                for (var j = 0; j < saved.Length; j++)
                    values[j] = (float)(saved[j] + sign * Step * direction[j]);
                var result = new PlainDecoder(model).Loss(tokens, Start);
                saved.CopyTo(parameter.Floats());
                return result;
            }

            var slope = (Shifted(1) - Shifted(-1)) / (2 * Step);
            Assert.True(
                Math.Abs(slope - expected) <= 2e-2 * Math.Max(1, Math.Abs(slope)),
                $"{model.Parameters[i].Name}: {slope} and {expected}"
            );
        }
    }

    [Theory]
    [InlineData("Plain", true)]
    [InlineData("Grouped", true)]
    [InlineData("Wide", true)]
    [InlineData("Grouped", false)]
    public void Cached_and_uncached_decoding_agree(string name, bool fused)
    {
        using var scope = NewDisposeScope();
        using var model = Models.Make(Models.Named(name), On(fused));
        int[][] rows =
        [
            Models.Tokens(40, model.Shape.Vocabulary, "a"),
            Models.Tokens(40, model.Shape.Vocabulary, "b"),
            Models.Tokens(40, model.Shape.Vocabulary, "c"),
        ];
        using var decoding = model.Begin(3, 40);
        // With gradients the kernels are those of training.
        var whole = model.Logits(Models.Ids(rows)).detach().view(3, 40, model.Shape.Vocabulary);
        using var quiet = no_grad();
        var kept = new[] { 0, 1, 2 };
        var at = 0;
        foreach (var time in (int[])[5, 1, 1, 20, 1, 1, 1, 10])
        {
            var ids = Models.Ids([.. kept.Select(row => rows[row][at..(at + time)])]);
            var next = decoding.Next(ids).ToArray();
            at += time;
            var expected = kept.SelectMany(row => whole.select(0, row).select(0, at - 1).ToArray()).ToArray();
            Assert.All(expected.Zip(next), pair => Assert.Equal(pair.First, pair.Second, 5e-5f));
            // The middle row finishes early.
            if (at == 7)
            {
                decoding.Keep([0, 2]);
                kept = [0, 2];
            }
        }
    }

    [Theory]
    [InlineData("Plain", 3, 150)]
    [InlineData("Grouped", 1, 300)]
    [InlineData("Wide", 300, 2)]
    [InlineData("Wide", 2, 1)]
    [InlineData("LongHeads", 5, 77)]
    public void Reading_without_gradients_gives_the_logits_of_reading_with_them(string name, int rows, int time)
    {
        using var scope = NewDisposeScope();
        using var model = Models.Make(
            Models.Named(name) with
            {
                QueryKeyNorm = name == "Wide",
                AttentionBias = name == "Grouped",
                FeedForwardBias = name == "Grouped",
                OutputBias = name == "Grouped",
            },
            Compute.Cpu
        );
        var ids = Models.Ids([
            .. Enumerable.Range(0, rows).Select(row => Models.Tokens(time, model.Shape.Vocabulary, $"row {row}")),
        ]);
        var expected = model.Logits(ids).detach().ToArray();
        using var quiet = no_grad();
        var read = model.Logits(ids).ToArray();
        Assert.All(expected.Zip(read), pair => Assert.Equal(pair.First, pair.Second, 5e-5f));
        // What is prepared once gives the same as what is prepared for every text, and is not prepared again.
        model.Freeze();
        Assert.Equal(read, model.Logits(ids).ToArray());
        foreach (ref var value in model.Parameters[1].Tensor.Floats())
            value *= 2;
        Assert.Equal(read, model.Logits(ids).ToArray());
    }

    [Fact]
    public void Weights_that_change_are_read_anew_and_frozen_ones_cannot_be_trained()
    {
        using var scope = NewDisposeScope();
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        var ids = Models.Ids(Models.Tokens(9, model.Shape.Vocabulary));
        using (no_grad())
        {
            var before = model.Logits(ids).ToArray();
            foreach (ref var value in model.Parameters[1].Tensor.Floats())
                value *= 2;
            Assert.NotEqual(before, model.Logits(ids).ToArray());
        }

        Assert.True(model.Logits(ids).requires_grad);
        model.Freeze();
        Assert.False(model.Logits(ids).requires_grad);
    }

    [Fact]
    public void Weights_too_large_to_be_held_twice_are_multiplied_by_torch()
    {
        using var scope = NewDisposeScope();
        using var model = Models.Make(Models.Wide, Compute.Cpu);
        var ids = Models.Ids(
            Models.Tokens(20, model.Shape.Vocabulary),
            Models.Tokens(20, model.Shape.Vocabulary, "others")
        );
        using var quiet = no_grad();
        using var weights = model.Prepared(0);
        Assert.All(
            model.Logits(ids).ToArray().Zip(FusedReading.Logits(weights, ids).ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 5e-5f)
        );
        using var decoding = new FusedDecoding(weights, 2, 20, owns: false);
        using var other = model.Begin(2, 20);
        Assert.All(
            other.Next(ids).ToArray().Zip(decoding.Next(ids).ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 5e-5f)
        );
        Assert.Throws<ArgumentException>(() => decoding.Next(ids));
        Assert.Throws<ArgumentException>(() => model.Begin(2, 20).Next(zeros([2, 0], dtype: ScalarType.Int64)));
    }

    [Fact]
    public void What_a_prompt_is_answered_does_not_depend_on_its_neighbours()
    {
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        var prompts = Enumerable
            .Range(0, 70)
            .Select(i => Models.Tokens(2 + i % 3, model.Shape.Vocabulary, $"prompt {i}"))
            .ToArray();
        var generator = new TextGenerator(model, TimeProvider.System);
        foreach (var sampling in (SamplingSpec[])[SamplingSpec.Greedy, new(0.8)])
        {
            var (together, charge) = generator.Continue(prompts, 12, 1, sampling, new Seed(4), ChargeKind.Evaluation);
            Assert.Equal(
                prompts.Zip(together, (prompt, response) => (long)prompt.Length + response.Length - 1).Sum(),
                charge.Tokens
            );
            Assert.All(
                together,
                response => Assert.True(response.Length is > 0 and <= 12 && !response[..^1].Contains(1))
            );
            var (again, _) = generator.Continue(prompts, 12, 1, sampling, new Seed(4), ChargeKind.Evaluation);
            Assert.Equal(together, again);
            if (sampling.Temperature > 0)
                continue;
            for (var i = 0; i < prompts.Length; i += 23)
                Assert.Equal(
                    together[i],
                    generator.Continue([prompts[i]], 12, 1, sampling, new Seed(4), ChargeKind.Evaluation).Responses[0]
                );
        }
    }

    [Fact]
    public void Sampling_draws_each_token_as_often_as_its_probability_says()
    {
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        int[] prompt = [3, 5];
        var (drawn, _) = new TextGenerator(model, TimeProvider.System).Continue(
            [.. Enumerable.Repeat(prompt, 4000)],
            1,
            -1,
            new SamplingSpec(1.5),
            new Seed(11),
            ChargeKind.Evaluation
        );
        var logits = new PlainDecoder(model).Logits(prompt)[1];
        var weights = logits.Select(z => Math.Exp(z / 1.5)).ToArray();
        for (var token = 0; token < weights.Length; token++)
        {
            var p = weights[token] / weights.Sum();
            // Five standard errors.
            Assert.InRange(
                drawn.Count(response => response[0] == token) / 4000.0,
                p - 5 * Math.Sqrt(p * (1 - p) / 4000) - 1e-9,
                p + 5 * Math.Sqrt(p * (1 - p) / 4000) + 1e-9
            );
        }
    }

    [Fact]
    public void A_strong_watermark_makes_its_share_of_the_responses_green_and_leaves_the_others_as_they_were()
    {
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        int[][] prompts = [.. Enumerable.Range(0, 200).Select(_ => new[] { 3, 5 })];
        IReadOnlyList<int[]> Written(Watermark? mark) =>
            new TextGenerator(model, TimeProvider.System)
                .Continue(prompts, 10, -1, new SamplingSpec(1) { Watermark = mark }, new Seed(6), ChargeKind.Evaluation)
                .Responses;
        var (plain, marked) = (
            Written(null),
            Written(
                new Watermark
                {
                    Key = 9,
                    Delta = 30,
                    Share = 0.5,
                }
            )
        );
        var green = new GreenList(9, 0.25, model.Shape.Vocabulary);
        bool IsGreen(int[] response, int at) => green.After(at == 0 ? 5 : response[at - 1])[response[at]];
        Assert.All(
            marked.Take(100),
            response => Assert.All(Enumerable.Range(0, 10), at => Assert.True(IsGreen(response, at)))
        );
        for (var i = 100; i < 200; i++)
            Assert.Equal(plain[i], marked[i]);
    }

    [Fact]
    public void A_token_outside_the_vocabulary_is_refused()
    {
        using var scope = NewDisposeScope();
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        using var quiet = no_grad();
        Assert.Contains(
            "token 19 is not in a vocabulary of 19",
            Assert.Throws<ArgumentException>(() => model.Logits(Models.Ids([1, 19]))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Any_of_a_model_s_end_tokens_ends_its_text_as_the_usual_one()
    {
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        int[][] prompts = [Models.Tokens(4, model.Shape.Vocabulary)];
        int[] Written(IReadOnlyList<int> others, int end) =>
            new TextGenerator(model, TimeProvider.System, others)
                .Continue(prompts, 12, end, new SamplingSpec(1), new Seed(3), ChargeKind.Evaluation)
                .Responses[0];
        var free = Written([], -1);
        // A token that stands for the first time in the middle.
        var other = free.Skip(3).First(token => Array.IndexOf(free, token) >= 3);
        var end = Enumerable.Range(0, model.Shape.Vocabulary).First(token => !free.Contains(token));
        Assert.Equal([.. free.TakeWhile(token => token != other), end], Written([other], end));
        // Text without an end has none.
        Assert.Equal(free, Written([other], -1));
    }
}
