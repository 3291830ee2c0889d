using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Laws;

namespace Bench.Tests.Protocol;

public class ScalingLawTests
{
    private const int Worlds = 100;
    private const int Enough = 90;
    private const int Refits = 100;

    private static readonly double[] Sizes = [1e7, 3e7, 1e8, 3e8, 1e9, 3e9, 1e10, 3e10];
    private static readonly double[] Amounts = [3e8, 1e9, 3e9, 1e10, 3e10, 1e11, 3e11, 1e12];

    // Fewer tokens: there the data limit a distilled student as much as its size does.
    private static readonly double[] FewTokens = [1e6, 1e7, 1e8, 1e9, 1e10];

    private static IReadOnlyList<LossPoint> Grid(
        Func<double, double, double> loss,
        double noise,
        RandomStream random,
        double[]? amounts = null
    ) =>
        [
            .. Sizes.SelectMany(n =>
                (amounts ?? Amounts).Select(d => new LossPoint(
                    n,
                    d,
                    loss(n, d) * Math.Exp(noise * random.NextNormal())
                ))
            ),
        ];

    // How often each constant lay in its interval.
    private static void CoversIn90Of100(
        string[] names,
        double[] truth,
        Func<RandomStream, IReadOnlyList<LossPoint>> world,
        Func<IReadOnlyList<LossPoint>, LawFit> fit
    )
    {
        var covered = new int[names.Length];
        var refused = new List<string>();
        Parallel.For(
            0,
            Worlds,
            w =>
            {
                var law = fit(world(new Seed(w).Stream("world")));
                for (var i = 0; i < names.Length; i++)
                {
                    if (law.Refusal is null && law[names[i]].Contains(truth[i]))
                        Interlocked.Increment(ref covered[i]);
                }

                if (law.Refusal is { } why)
                    lock (refused)
                        refused.Add(why);
            }
        );
        Assert.True(
            covered.All(count => count >= Enough),
            string.Join(", ", names.Zip(covered, (name, count) => $"{name} {count}"))
                + "; refused: "
                + string.Join(" | ", refused.Distinct())
        );
    }

    [Fact]
    public void Chinchilla_constants_lie_in_their_intervals_in_90_of_100_worlds()
    {
        double[] truth = [1.69, 406.4, 0.34, 410.7, 0.28];
        CoversIn90Of100(
            ["E", "A", "a", "B", "b"],
            truth,
            random => Grid((n, d) => 1.69 + 406.4 / Math.Pow(n, 0.34) + 410.7 / Math.Pow(d, 0.28), 0.003, random),
            points => ScalingLaw.Chinchilla(points, Refits)
        );
    }

    [Fact]
    public void Supervised_constants_lie_in_their_intervals_in_90_of_100_worlds()
    {
        double[] truth = [1.22, 3355, 0.408, 18186, 0.431, 0.452];
        CoversIn90Of100(
            ["E", "A", "a", "B", "b", "g"],
            truth,
            random => Grid(SupervisedLoss, 0.002, random),
            points => ScalingLaw.Supervised(points, Refits)
        );
    }

    private static double SupervisedLoss(double n, double d) =>
        1.22 + Math.Pow(3355 / Math.Pow(n, 0.408) + 18186 / Math.Pow(d, 0.431), 0.452);

    private static double DistilledLoss(double n, double d, double teacher)
    {
        const double C0 = 2.5,
            C1 = 20,
            D1 = 1.3,
            F1 = 0.2;
        var lift = Math.Pow(1 + Math.Pow(teacher / (SupervisedLoss(n, d) * D1), 1 / F1), -C1 * F1);
        return teacher
            + Math.Pow(teacher, -C0) * lift * Math.Pow(2243 / Math.Pow(n, 0.321) + 24181 / Math.Pow(d, 0.637), 0.764);
    }

    [Fact]
    public void Distillation_constants_lie_in_their_intervals_in_90_of_100_worlds()
    {
        double[] truth = [2243, 0.321, 24181, 0.637, 0.764, 2.5, 20, 1.3, 0.2];
        CoversIn90Of100(
            ["A", "a", "B", "b", "g", "c0", "c1", "d1", "f1"],
            truth,
            random =>
                [
                    .. new[] { 1.9, 2.2, 2.6, 3.1, 3.8 }.SelectMany(teacher =>
                        Grid((n, d) => DistilledLoss(n, d, teacher), 0.001, random, FewTokens)
                            .Select(point => point with { TeacherLoss = teacher })
                    ),
                ],
            points => ScalingLaw.Distillation(points, point => SupervisedLoss(point.Parameters, point.Tokens), Refits)
        );
    }

    [Fact]
    public void One_teachers_constants_lie_in_their_intervals_in_90_of_100_worlds()
    {
        double[] truth = [300, 0.3, 900, 0.35];
        CoversIn90Of100(
            ["A", "a", "B", "b"],
            truth,
            random =>
                [
                    .. Grid((n, d) => 1.8 + 300 / Math.Pow(n, 0.3) + 900 / Math.Pow(d, 0.35), 0.002, random)
                        .Select(point => point with { TeacherLoss = 1.8 }),
                ],
            points => ScalingLaw.OneTeacher(points, Refits)
        );
    }

    [Fact]
    public void A_fit_predicts_the_points_it_was_fitted_to()
    {
        var points = Grid(SupervisedLoss, 0, new Seed(1).Stream("exact"));
        var law = ScalingLaw.Supervised(points, 2);
        Assert.Null(law.Refusal);
        Assert.InRange(law.RootMeanSquare, 0, 1e-6);
        Assert.All(points, point => Assert.Equal(point.Loss, law.Predict(point), 1e-5));
        Assert.Equal(0.452, law["g"].Value, 1e-3);
    }

    // What is wrong with the data, and the reason that is given.
    [Theory]
    [InlineData("few", "7 points are too few for 5 constants")]
    [InlineData("one size", "fewer than 3 sizes of students")]
    [InlineData("one amount", "fewer than 3 numbers of tokens")]
    [InlineData("negative", "must be more than 0")]
    [InlineData("flat in N", "cannot be told apart")]
    public void Data_that_cannot_identify_a_law_are_refused_with_the_reason(string what, string reason)
    {
        var random = new Seed(3).Stream("worlds");
        var grid = Grid(
            (n, d) => 1.7 + (what == "flat in N" ? 0 : 400 / Math.Pow(n, 0.34)) + 410 / Math.Pow(d, 0.28),
            0.003,
            random
        );
        IReadOnlyList<LossPoint> points = what switch
        {
            "few" => [.. grid.Where((_, i) => i % 9 == 0).Take(7)],
            "one size" => [.. grid.Select(point => point with { Parameters = 1e8 })],
            "one amount" => [.. grid.Select(point => point with { Tokens = 1e8 })],
            "negative" => [.. grid.Select((point, i) => i == 3 ? point with { Loss = -1 } : point)],
            _ => grid,
        };
        Assert.Contains(reason, ScalingLaw.Chinchilla(points, 20).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_distillation_law_needs_several_teachers()
    {
        var points = Grid((n, d) => DistilledLoss(n, d, 2), 0, new Seed(1).Stream("one"))
            .Select(point => point with { TeacherLoss = 2 })
            .ToArray();
        Assert.Contains(
            "1 different losses of teachers",
            ScalingLaw.Distillation(points, point => 3, 10).Refusal,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "needs its teacher's loss",
            ScalingLaw.OneTeacher([.. points.Select(point => point with { TeacherLoss = double.NaN })], 10).Refusal,
            StringComparison.Ordinal
        );
    }
}
