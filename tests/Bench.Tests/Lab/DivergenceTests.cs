using Bench.Lab.Objectives;
using Bench.Lab.Signals;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

/// <summary>What a divergence must be, whoever wrote it.</summary>
public class DivergenceTests
{
    private const int Positions = 7;
    private const int Vocabulary = 37;
    private static readonly long[] Rows = [1, 2, 5, 6];

    public static IEnumerable<TheoryDataRow<string, bool>> All =>
        Divergences.Names.SelectMany(name =>
            new[] { true, false }.Select(byHand => new TheoryDataRow<string, bool>(name, byHand))
        );

    /// <summary>Each divergence on dense logits (k = 0) and on some named tokens, at an uneven temperature.</summary>
    public static IEnumerable<TheoryDataRow<string, int, double>> Shapes =>
        from name in Divergences.Names
        from k in new[] { 0, 5, 20, Vocabulary }
        from temperature in new[] { 1.0, 2.5 }
        select new TheoryDataRow<string, int, double>(name, k, temperature);

    private static float[] Random(int count, string purpose)
    {
        var random = new Seed(33).Stream(purpose);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(1.5 * random.NextNormal()))];
    }

    private static TeacherDistribution Teacher(float[] logits, int k, double temperature)
    {
        var dense = TensorData.Of(logits, Rows.Length, Vocabulary);
        if (k == 0)
            return new TeacherDistribution.Dense(dense);
        var (p, tokens) = (dense / temperature).softmax(1).topk(k, 1);
        return new TeacherDistribution.TopK(tokens, p);
    }

    // The same sum in double precision, straight from the definition.
    private static double Defined(
        string name,
        double[] student,
        float[] teacher,
        int k,
        double temperature,
        float[]? weights
    )
    {
        double sum = 0;
        for (var i = 0; i < Rows.Length; i++)
        {
            var q = Divergences.Softmax(
                student.Skip((int)Rows[i] * Vocabulary).Take(Vocabulary).Select(z => z / temperature)
            );
            var p = Divergences.Softmax(teacher.Skip(i * Vocabulary).Take(Vocabulary).Select(z => z / temperature));
            var named = Enumerable
                .Range(0, Vocabulary)
                .Select(token => (long)token)
                .OrderByDescending(token => p[token])
                .Take(k == 0 ? Vocabulary : k)
                .ToArray();
            sum +=
                (weights?[i] ?? 1)
                * temperature
                * temperature
                * Divergences.Define(name, Divergences.Lump(p, named), Divergences.Lump(q, named));
        }

        return sum;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_divergence_is_its_definition_and_its_gradient_is_the_slope_of_it(
        string name,
        int k,
        double temperature
    )
    {
        float[] student = Random(Positions * Vocabulary, "student"),
            teacher = Random(Rows.Length * Vocabulary, "teacher"),
            weights = [1, 0.5f, 2, 3];
        foreach (var byHand in (bool[])[true, false])
        {
            using var scope = NewDisposeScope();
            var rows = TensorData.Of(Rows, Rows.Length);
            var (loss, gradient) = Losses.Of(
                byHand,
                Divergences.Of(name)(rows, Teacher(teacher, k, temperature), temperature, TensorData.Of(weights, 4)),
                TensorData.Of(student, Positions, Vocabulary),
                rows
            );
            Assert.Equal(
                Defined(name, Array.ConvertAll(student, z => (double)z), teacher, k, temperature, weights),
                loss,
                2e-5 * Math.Max(1, Math.Abs(loss))
            );
            // Positions without loss have none, and along any direction the gradient is the difference quotient of the
            // definition.
            Assert.All(gradient[..Vocabulary], g => Assert.Equal(0, g));
            var direction = Random(student.Length, "direction");
            const double Step = 1e-5;
            double[] Moved(double by) => [.. student.Zip(direction, (z, d) => z + by * d)];
            var slope =
                (
                    Defined(name, Moved(Step), teacher, k, temperature, weights)
                    - Defined(name, Moved(-Step), teacher, k, temperature, weights)
                ) / (2 * Step);
            Assert.Equal(
                slope,
                gradient.Zip(direction, (g, d) => (double)g * d).Sum(),
                2e-3 * Math.Max(1, Math.Abs(slope))
            );
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Equal_distributions_have_no_divergence_and_no_gradient(string name, bool byHand)
    {
        using var scope = NewDisposeScope();
        var values = Random(Rows.Length * Vocabulary, "equal");
        var rows = TensorData.Of([0L, 1, 2, 3], 4);
        foreach (var k in (int[])[0, 5])
        {
            var (loss, gradient) = Losses.Of(
                byHand,
                Divergences.Of(name)(rows, Teacher(values, k, 2), 2, null),
                TensorData.Of(values, Rows.Length, Vocabulary),
                rows
            );
            Assert.Equal(0, loss, 2e-5);
            // Total variation has a kink there.
            if (name != "tvd")
                Assert.All(gradient, g => Assert.Equal(0, g, 1e-5f));
        }
    }

    // Student 1/8, 2/8, 5/8 and teacher 1/2, 1/4, 1/4, worked by hand.
    [Theory]
    [InlineData("forward-kl", 0.46407450)]
    [InlineData("reverse-kl", 0.39939491)]
    [InlineData("tvd", 0.375)]
    public void Divergences_have_the_hand_computed_values(string name, double value)
    {
        using var scope = NewDisposeScope();
        var logits = TensorData.Of([0, MathF.Log(2), MathF.Log(5)], 1, 3);
        var teacher = new TeacherDistribution.Dense(TensorData.Of([MathF.Log(2), 0, 0], 1, 3));
        var rows = TensorData.Of([0L], 1);
        foreach (var byHand in (bool[])[true, false])
            Assert.Equal(
                value,
                Losses.Of(byHand, Divergences.Of(name)(rows, teacher, 1, null), logits, rows).Loss,
                1e-6
            );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Mixtures_tend_to_the_divergences_between_which_they_lie(bool byHand)
    {
        using var scope = NewDisposeScope();
        var logits = TensorData.Of(Random(Vocabulary, "limit student"), 1, Vocabulary);
        var teacher = new TeacherDistribution.Dense(TensorData.Of(Random(Vocabulary, "limit teacher"), 1, Vocabulary));
        var rows = TensorData.Of([0L], 1);
        double Of(ILogitLoss loss) => Losses.Of(byHand, loss, logits, rows).Loss;
        double Forward() => Of(ForwardKlLoss.Loss(rows, teacher, 1));
        double Reverse() => Of(ReverseKlLoss.Loss(rows, teacher, 1));
        // jsd vanishes like β · KL(p ‖ q) at one end and like (1 − β) · KL(q ‖ p) at the other.
        const double Small = 1e-3;
        Assert.Equal(Forward(), Of(JsdLoss.Loss(rows, teacher, Small, 1)) / Small, 0.02 * Forward());
        Assert.Equal(Reverse(), Of(JsdLoss.Loss(rows, teacher, 1 - Small, 1)) / Small, 0.02 * Reverse());
        Assert.Equal(Forward(), Of(SkewKlLoss.Loss(rows, teacher, 1e-6, 1)), 1e-3 * Forward());
        Assert.Equal(Reverse(), Of(SkewReverseKlLoss.Loss(rows, teacher, 1e-6, 1)), 1e-3 * Reverse());
        Assert.Equal(0, Of(SkewKlLoss.Loss(rows, teacher, 1 - 1e-6, 1)), 1e-5);
    }

    [Fact]
    public void At_high_temperature_both_kl_match_logits_with_the_known_factor()
    {
        using var scope = NewDisposeScope();
        // T² KL tends to Σ (z − v)² / 2N for logits of mean zero, whichever way it points; jsd to β (1 − β) of it.
        float[] z = [0.5f, -1, 0.75f, -0.25f],
            v = [-0.5f, 1, 0.25f, -0.75f];
        var (logits, teacher, rows) = (
            TensorData.Of(z, 1, 4),
            new TeacherDistribution.Dense(TensorData.Of(v, 1, 4)),
            TensorData.Of([0L], 1)
        );
        var expected = z.Zip(v, (a, b) => (a - b) * (a - b)).Sum() / 8;
        foreach (
            var (name, factor) in ((string, double)[])
                [
                    ("forward-kl", 1),
                    ("reverse-kl", 1),
                    ("jsd", Divergences.Beta * (1 - Divergences.Beta)),
                    ("skew-kl", (1 - Divergences.Alpha) * (1 - Divergences.Alpha)),
                ]
        )
            Assert.Equal(
                factor * expected,
                Divergences.Of(name)(rows, teacher, 30, null).Sum(logits).item<float>(),
                0.03 * expected
            );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.5)]
    public void Weights_at_the_ends_are_refused(double weight)
    {
        using var scope = NewDisposeScope();
        var (logits, rows) = (zeros([1, 3]), TensorData.Of([0L], 1));
        var teacher = new TeacherDistribution.Dense(zeros([1, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => JsdLoss.Sum(logits, rows, teacher, weight, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => JsdLoss.Loss(rows, teacher, weight, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SkewKlLoss.Sum(logits, rows, teacher, weight, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SkewKlLoss.Loss(rows, teacher, weight, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SkewReverseKlLoss.Sum(logits, rows, teacher, weight, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SkewReverseKlLoss.Loss(rows, teacher, weight, 1));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_loss_tokens_is_an_error_not_a_zero(string name, bool byHand)
    {
        using var scope = NewDisposeScope();
        var none = TensorData.Of(Array.Empty<long>(), 0);
        Assert.Throws<ArgumentException>(() =>
            Losses.Of(
                byHand,
                Divergences.Of(name)(none, new TeacherDistribution.Dense(zeros([0, 3])), 1, null),
                zeros([2, 3]),
                none
            )
        );
    }

    [Theory]
    [InlineData(true, 1.0)]
    [InlineData(false, 1.0)]
    [InlineData(true, 0.7)]
    public void The_estimate_from_draws_is_unbiased_and_that_from_the_largest_alone_is_not(bool byHand, double power)
    {
        using var scope = NewDisposeScope();
        const int Draws = 10_000,
            K = 4;
        var (student, teacher) = (
            TensorData.Of(Random(Vocabulary, "s"), 1, Vocabulary),
            (TensorData.Of(Random(Vocabulary, "t"), 1, Vocabulary) / 2).softmax(1)
        );
        var logQ = student.log_softmax(1);
        var dense = -(teacher * logQ).sum().item<float>();
        // Every row is one estimate.
        var (tokens, weights) = TokenSignals.Draw(
            cat([.. Enumerable.Repeat(teacher, Draws)]),
            K,
            power,
            new Seed(5).Stream("draws")
        );
        var (drawn, weight) = (TensorData.Of(tokens, Draws, K), TensorData.Of(weights, Draws, K));
        double[] estimates =
        [
            .. Enumerable
                .Range(0, Draws)
                .Select(i =>
                    Enumerable.Range(0, K).Sum(j => -(double)weights[i * K + j] * logQ.Floats()[(int)tokens[i * K + j]])
                ),
        ];
        var (mean, deviation) = (
            estimates.Average(),
            Math.Sqrt(estimates.Sum(e => (e - estimates.Average()) * (e - estimates.Average())) / (Draws - 1))
        );
        var error = deviation / Math.Sqrt(Draws);
        Assert.InRange(Math.Abs(mean - dense), 0, 3 * error);

        // The objective computes just these estimates, and its mean gradient is the dense one's.
        var rows = TensorData.Of([.. Enumerable.Range(0, Draws).Select(i => (long)i)], Draws);
        var (loss, gradients) = Losses.Of(
            byHand,
            ForwardKlLoss.Loss(rows, new TeacherDistribution.Sampled(drawn, weight), 1),
            cat([.. Enumerable.Repeat(student, Draws)]),
            rows
        );
        Assert.Equal(mean, loss / Draws, 1e-3);
        var gradient = TensorData.Of(gradients, Draws, Vocabulary).sum(0).ToArray().Select(g => g / Draws).ToArray();
        var expected = (student.softmax(1) - teacher).ToArray();
        Assert.All(gradient.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 0.02f));

        // The k largest, made to sum to 1, as is usual: off by far more than any error of sampling.
        var (largest, at) = teacher.topk(K, 1);
        var biased = -(largest / largest.sum() * logQ.gather(1, at)).sum().item<float>();
        Assert.True(Math.Abs(biased - dense) > 20 * error, $"top-k {biased}, dense {dense}, error {error}");
    }

    [Fact]
    public void Draws_cannot_estimate_what_is_not_linear_in_the_teacher()
    {
        using var scope = NewDisposeScope();
        var sampled = new TeacherDistribution.Sampled(zeros([1, 2], dtype: ScalarType.Int64), ones([1, 2]));
        Assert.Contains(
            "only forward-kl",
            Assert.Throws<ArgumentException>(() => ReverseKlLoss.Loss(TensorData.Of([0L], 1), sampled, 1)).Message,
            StringComparison.Ordinal
        );
    }
}
