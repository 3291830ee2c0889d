using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

public class ObjectiveTests
{
    public static IEnumerable<TheoryDataRow<bool>> Both => [new(true), new(false)];

    private static TeacherDistribution Top(Tensor tokens, Tensor probabilities) =>
        new TeacherDistribution.TopK(tokens, probabilities);

    private static float[] Random(int count, string purpose, double scale = 1)
    {
        var random = new Seed(21).Stream(purpose);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(scale * random.NextNormal()))];
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Cross_entropy_has_the_hand_computed_value_and_counts_only_its_rows(bool byHand)
    {
        using var scope = NewDisposeScope();
        // Logits ln 1, ln 2, ln 5: probabilities 1/8, 2/8, 5/8. The middle position carries no loss, however absurd.
        var logits = TensorData.Of(
            [0, MathF.Log(2), MathF.Log(5), 1000, -1000, 0, 0, MathF.Log(2), MathF.Log(5)],
            3,
            3
        );
        var rows = TensorData.Of([0L, 2], 2);
        var (loss, gradient) = Losses.Of(
            byHand,
            new CrossEntropyLoss.OnRows(rows, TensorData.Of([2L, 0], 2)),
            logits,
            rows
        );
        Assert.Equal(-Math.Log(5.0 / 8) - Math.Log(1.0 / 8), loss, 1e-5);
        float[] expected = [1 / 8f, 2 / 8f, 5 / 8f - 1, 0, 0, 0, 1 / 8f - 1, 2 / 8f, 5 / 8f];
        Assert.All(expected.Zip(gradient), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Fact]
    public void No_loss_tokens_is_an_error_not_a_zero()
    {
        using var scope = NewDisposeScope();
        var (logits, none) = (zeros([2, 3]), TensorData.Of(Array.Empty<long>(), 0));
        Assert.Throws<ArgumentException>(() => CrossEntropyLoss.Sum(logits, none, none));
        Assert.Throws<ArgumentException>(() => ForwardKlLoss.Sum(logits, none, Top(none.view(0, 1), zeros([0, 1])), 1));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Forward_kl_of_equal_distributions_is_zero_and_has_no_gradient(bool byHand)
    {
        using var scope = NewDisposeScope();
        var values = Random(4 * 9, "equal");
        var (p, at) = (TensorData.Of(values, 4, 9) / 2.0).softmax(1).topk(5, 1);
        var rows = TensorData.Of([0L, 1, 2, 3], 4);
        var (loss, gradient) = Losses.Of(
            byHand,
            ForwardKlLoss.Loss(rows, Top(at, p), 2),
            TensorData.Of(values, 4, 9),
            rows
        );
        Assert.Equal(0, loss, 1e-5);
        Assert.All(gradient, g => Assert.Equal(0, g, 1e-5f));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Forward_kl_has_the_hand_computed_value(bool byHand)
    {
        using var scope = NewDisposeScope();
        // Student 1/8, 2/8, 5/8. Teacher names token 2 with 1/2 and lumps 1/2 on the others, where the student has 3/8.
        var logits = TensorData.Of([0, MathF.Log(2), MathF.Log(5)], 1, 3);
        var rows = TensorData.Of([0L], 1);
        double Of(TeacherDistribution teacher) =>
            Losses.Of(byHand, ForwardKlLoss.Loss(rows, teacher, 1), logits, rows).Loss;
        var loss = Of(Top(TensorData.Of([2L], 1, 1), TensorData.Of([0.5f], 1, 1)));
        Assert.Equal(0.5 * Math.Log(0.5 / 0.625) + 0.5 * Math.Log(0.5 / 0.375), loss, 1e-6);
        // With all tokens named it is the dense divergence.
        var dense = Of(Top(TensorData.Of([2L, 0, 1], 1, 3), TensorData.Of([0.5f, 0.3f, 0.2f], 1, 3)));
        Assert.Equal(
            0.5 * Math.Log(0.5 / 0.625) + 0.3 * Math.Log(0.3 / 0.125) + 0.2 * Math.Log(0.2 / 0.25),
            dense,
            1e-6
        );
        Assert.True(dense > loss);
    }

    [Theory]
    [InlineData(3, 1.0)]
    [InlineData(3, 2.0)]
    [InlineData(20, 2.0)]
    public void Forward_kl_by_hand_is_torch_s(int k, double temperature)
    {
        using var scope = NewDisposeScope();
        // Seven positions, of which an uneven four carry loss; 20 tokens, past one vector.
        var (student, teacher) = (Random(7 * 20, "student", 2), Random(4 * 20, "teacher", 2));
        var (p, at) = (TensorData.Of(teacher, 4, 20) / temperature).softmax(1).topk(k, 1);
        var rows = TensorData.Of([1L, 2, 5, 6], 4);
        (double Loss, float[] Gradient) Of(bool byHand) =>
            Losses.Of(byHand, ForwardKlLoss.Loss(rows, Top(at, p), temperature), TensorData.Of(student, 7, 20), rows);
        var (mine, torchs) = (Of(byHand: true), Of(byHand: false));
        Assert.Equal(torchs.Loss, mine.Loss, 1e-4);
        Assert.All(torchs.Gradient.Zip(mine.Gradient), pair => Assert.Equal(pair.First, pair.Second, 2e-5f));
        Assert.All(mine.Gradient[..20], g => Assert.Equal(0, g));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_certain_teacher_makes_forward_kl_the_cross_entropy(bool byHand)
    {
        using var scope = NewDisposeScope();
        var logits = TensorData.Of(Random(2 * 6, "certain"), 2, 6);
        var rows = TensorData.Of([0L, 1], 2);
        double Of(ILogitLoss loss) => Losses.Of(byHand, loss, logits, rows).Loss;
        Assert.Equal(
            Of(new CrossEntropyLoss.OnRows(rows, TensorData.Of([3L, 1], 2))),
            Of(ForwardKlLoss.Loss(rows, Top(TensorData.Of([3L, 1], 2, 1), ones([2, 1])), 1)),
            1e-5
        );
    }

    [Fact]
    public void At_high_temperature_the_gradient_matches_centred_logits()
    {
        using var scope = NewDisposeScope();
        // Hinton et al. 2015, section 2.1: T² · dKL/dz tends to (z − v) / N for logits of mean zero.
        float[] z = [0.5f, -1, 0.75f, -0.25f],
            v = [-0.5f, 1, 0.25f, -0.75f];
        const double T = 200;
        var (p, at) = (TensorData.Of(v, 1, 4) / T).softmax(1).topk(4, 1);
        var rows = TensorData.Of([0L], 1);
        foreach (var byHand in (bool[])[true, false])
        {
            var gradient = Losses
                .Of(byHand, ForwardKlLoss.Loss(rows, Top(at, p), T), TensorData.Of(z, 1, 4), rows)
                .Gradient;
            for (var i = 0; i < 4; i++)
                Assert.Equal((z[i] - v[i]) / 4, gradient[i], 0.01);
        }
    }
}
