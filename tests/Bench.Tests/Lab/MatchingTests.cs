using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

/// <summary>Objectives that match something else than the distribution of the same tokens.</summary>
public class MatchingTests
{
    private static Tensor Random(string purpose, params long[] shape)
    {
        var random = new Seed(34).Stream(purpose);
        return TensorData.Of(
            [.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (float)random.NextNormal())],
            shape
        );
    }

    private static void GradientIsTheSlope(Tensor at, Func<Tensor, Tensor> loss)
    {
        at.requires_grad_();
        var gradient = autograd.grad([loss(at)], [at])[0].ToArray();
        var direction = Random("direction", at.shape);
        const double Step = 1e-2;
        double Value(double by)
        {
            using var quiet = no_grad();
            return loss(at.detach() + direction * by).item<float>();
        }

        var slope = (Value(Step) - Value(-Step)) / (2 * Step);
        Assert.Equal(
            slope,
            gradient.Zip(direction.ToArray(), (g, d) => (double)g * d).Sum(),
            5e-3 * Math.Max(1, Math.Abs(slope))
        );
    }

    [Fact]
    public void Hidden_states_have_the_hand_computed_distance()
    {
        using var scope = NewDisposeScope();
        // Projected: (1, 4), (0, 0) at the rows that count; teacher (2, 2), (0, 1): ½ · ((1 + 4) / 2 + (0 + 1) / 2).
        var states = TensorData.Of([1f, 2, 9, 9, 0, 0], 3, 2);
        var projection = TensorData.Of([1f, 0, 0, 2], 2, 2);
        var loss = HiddenStatesLoss.Sum(
            states,
            TensorData.Of([0L, 2], 2),
            TensorData.Of([2f, 2, 0, 1], 2, 2),
            projection
        );
        Assert.Equal(1.5, loss.item<float>(), 1e-6);
        Assert.Throws<ArgumentException>(() =>
            HiddenStatesLoss.Sum(states, TensorData.Of(Array.Empty<long>(), 0), zeros([0, 2]), projection)
        );
    }

    [Fact]
    public void Hidden_states_teach_the_student_and_the_projection()
    {
        using var scope = NewDisposeScope();
        var (teacher, projection, rows) = (
            Random("teacher", 3, 5),
            Random("projection", 5, 4),
            TensorData.Of([0L, 2, 5], 3)
        );
        GradientIsTheSlope(Random("states", 6, 4), states => HiddenStatesLoss.Sum(states, rows, teacher, projection));
        GradientIsTheSlope(projection, p => HiddenStatesLoss.Sum(Random("states", 6, 4), rows, teacher, p));
    }

    [Fact]
    public void Attention_relations_have_the_hand_computed_divergence()
    {
        using var scope = NewDisposeScope();
        // One head of one channel over two positions. The second position's scores are 0 and x²: the student's x² = ln
        // 3, the teacher's 0.
        var student = TensorData.Of([0f, MathF.Sqrt(MathF.Log(3))], 1, 2, 1);
        var loss = AttentionRelationsLoss.Sum(student, zeros([1, 2, 1]), TensorData.Of([0L, 1], 2), 1);
        // The first position relates to itself alone; the second: KL of (1/2, 1/2) from (1/4, 3/4).
        Assert.Equal(0.5 * Math.Log(0.5 / 0.25) + 0.5 * Math.Log(0.5 / 0.75), loss.item<float>(), 1e-6);
        Assert.Throws<ArgumentException>(() => AttentionRelationsLoss.Sum(student, student, TensorData.Of([0L], 1), 2));
    }

    [Fact]
    public void Attention_relations_compare_models_of_different_widths_and_ignore_the_future()
    {
        using var scope = NewDisposeScope();
        var (teacher, student, rows) = (
            Random("wide", 2, 5, 12),
            Random("narrow", 2, 5, 8),
            TensorData.Of([1L, 2, 6, 9], 4)
        );
        GradientIsTheSlope(student, vectors => AttentionRelationsLoss.Sum(vectors, teacher, rows, 4));
        // The loss of an early row does not depend on a later position.
        var early = TensorData.Of([0L, 1, 2], 3);
        var changed = student.detach().to(ScalarType.Float32) * 1.0;
        foreach (ref var value in changed.Floats()[(4 * 8)..(5 * 8)])
            value += 1;
        Assert.Equal(
            AttentionRelationsLoss.Sum(student, teacher, early, 4).item<float>(),
            AttentionRelationsLoss.Sum(changed, teacher, early, 4).item<float>()
        );
        Assert.Equal(0, AttentionRelationsLoss.Sum(student, student, rows, 2).item<float>(), 1e-5f);
    }

    [Fact]
    public void Universal_logits_compare_sorted_probabilities_of_any_two_vocabularies()
    {
        using var scope = NewDisposeScope();
        // Student 1/8, 5/8, 2/8 sorted 5/8, 2/8, 1/8; teacher 1/2, 1/4, 1/8, 1/8 over four tokens.
        var logits = TensorData.Of([0, MathF.Log(5), MathF.Log(2)], 1, 3);
        var rows = TensorData.Of([0L], 1);
        Assert.Equal(
            1 / 8.0 + 0 + 0 + 1 / 8.0,
            UldLoss.Sum(logits, rows, TensorData.Of([0.5f, 0.25f, 0.125f, 0.125f], 1, 4)).item<float>(),
            1e-6
        );
        // Two named: |5/8 − 1/2| + |2/8 − 1/4| and what each lacks, 1/8 against 1/4.
        Assert.Equal(
            1 / 8.0 + 1 / 8.0,
            UldLoss.Sum(logits, rows, TensorData.Of([0.5f, 0.25f], 1, 2)).item<float>(),
            1e-6
        );
        var teacher = (Random("uld", 3, 9) * 2).softmax(1).topk(6, 1).values;
        GradientIsTheSlope(Random("student", 5, 7), z => UldLoss.Sum(z, TensorData.Of([0L, 2, 4], 3), teacher));
        Assert.Throws<ArgumentException>(() =>
            UldLoss.Sum(logits, TensorData.Of(Array.Empty<long>(), 0), zeros([0, 2]))
        );
    }

    [Fact]
    public void Policy_gradient_weighs_and_rewards_each_step_as_worked_by_hand()
    {
        // log p − log q is 1, −2, 3; a fifth of the samples' distribution is the teacher's.
        var steps = PolicyGradientLoss.Of([-1f, -4, -0.5f], [-2f, -2, -3.5f], 0.2);
        Assert.Equal(1 / (0.2 * Math.E + 0.8), steps.Weights[0], 1e-6);
        Assert.Equal(1 / (0.2 * Math.Exp(-2) + 0.8), steps.Weights[1], 1e-6);
        // The mean of what is left: (−2 + 3) / 2, 3, nothing.
        Assert.Equal([0.5f, 3, 0], steps.LongRewards);
        // From the student alone every weight is 1.
        Assert.All(PolicyGradientLoss.Of([-1f, -4], [-2f, -2], 0).Weights, weight => Assert.Equal(1, weight));
    }

    [Fact]
    public void Policy_gradient_is_the_gradient_of_the_sequences_reverse_divergence()
    {
        using var scope = NewDisposeScope();
        // A student whose two steps are independent, over three tokens: the expectation over all nine responses, in
        // which length normalisation changes
        // nothing since one step is left, is the gradient of KL_1 + KL_2, whatever the sampling.
        var (student, teacher) = (Random("policy", 2, 3), Random("policy teacher", 2, 3));
        var (q, p) = (student.log_softmax(1).ToArray(), teacher.log_softmax(1).ToArray());
        foreach (var mix in (double[])[0, 0.3])
        {
            double[] total = new double[6];
            for (var response = 0; response < 9; response++)
            {
                int[] y = [response / 3, response % 3];
                var steps = PolicyGradientLoss.Of([p[y[0]], p[3 + y[1]]], [q[y[0]], q[3 + y[1]]], mix);
                var chance = Enumerable
                    .Range(0, 2)
                    .Aggregate(
                        1.0,
                        (c, t) => c * (mix * Math.Exp(p[3 * t + y[t]]) + (1 - mix) * Math.Exp(q[3 * t + y[t]]))
                    );
                var logits = student.detach().requires_grad_();
                var loss = PolicyGradientLoss.Sum(
                    logits,
                    TensorData.Of([0L, 1], 2),
                    TensorData.Of([(long)y[0], y[1]], 2),
                    new TeacherDistribution.Dense(teacher),
                    TensorData.Of(steps.Weights, 2),
                    TensorData.Of(steps.LongRewards, 2)
                );
                var gradient = autograd.grad([loss], [logits])[0].ToArray();
                for (var i = 0; i < 6; i++)
                    total[i] += chance * gradient[i];
            }

            var exact = student.detach().requires_grad_();
            var expected = autograd
                .grad(
                    [ReverseKlLoss.Sum(exact, TensorData.Of([0L, 1], 2), new TeacherDistribution.Dense(teacher), 1)],
                    [exact]
                )[0]
                .ToArray();
            // With one weight a step the first step's long reward sees the second's distribution as it was drawn: exact
            // from the student alone.
            for (var i = 0; i < 6; i++)
                Assert.Equal(expected[i], total[i], mix == 0 ? 1e-5 : 0.15);
        }
    }
}
