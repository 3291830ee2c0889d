using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Laws;

namespace Bench.Tests.Protocol.Statistics;

public class ScalingLawTests
{
    private static readonly double[] Sizes = [1e7, 3e7, 1e8, 3e8, 1e9, 3e9, 1e10, 3e10];
    private static readonly double[] Amounts = [3e8, 1e9, 3e9, 1e10, 3e10, 1e11, 3e11, 1e12];
    private static readonly ScalingLaw Chinchilla = new(E: 1.69, A: 406.4, Alpha: 0.34, B: 410.7, Beta: 0.28);

    private static IReadOnlyList<LossPoint> Grid(ScalingLaw law, double noise, RandomStream random) =>
        [
            .. Sizes.SelectMany(n =>
                Amounts.Select(d => new LossPoint(n, d, law.Loss(n, d) * Math.Exp(noise * random.NextNormal())))
            ),
        ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Constants_lie_in_their_intervals_in_nearly_all_worlds(bool floorIsKnown)
    {
        var worlds = Suite.Count(6, 200);
        var covered = new int[ScalingLaw.Names.Count];
        for (var world = 0; world < worlds; world++)
        {
            var fit = LawFit.Of(
                Grid(Chinchilla, 0.003, new Seed(world).Stream("world")),
                floorIsKnown ? Chinchilla.E : null
            );
            Assert.Null(fit.Refusal);
            for (var i = 0; i < covered.Length; i++)
                covered[i] += fit.Estimate(law => law.Constants[i]).Contains(Chinchilla.Constants[i]) ? 1 : 0;
        }

        // 95% less three standard errors of the count.
        Assert.All(covered, count => Assert.InRange(count, worlds * (0.95 - 3 * Math.Sqrt(0.0475 / worlds)), worlds));
    }

    [Fact]
    public void A_few_bad_points_hardly_move_the_law()
    {
        var points = Grid(Chinchilla, 0.001, new Seed(2).Stream("world"))
            .Select((point, i) => i % 13 == 5 ? point with { Loss = 1.3 * point.Loss } : point)
            .ToArray();
        var huber = new LawSearch(points, null, LawFit.Delta).Best()!.Value.Law;
        var squares = new LawSearch(points, null, double.PositiveInfinity).Best()!.Value.Law;
        Assert.Equal(0.34, huber.Alpha, 0.01);
        Assert.Equal(1.69, huber.E, 0.02);
        Assert.True(Math.Abs(squares.E - 1.69) > 5 * Math.Abs(huber.E - 1.69), $"{squares.E}, {huber.E}");
    }

    [Fact]
    public void A_size_that_is_left_out_is_predicted_from_the_others()
    {
        var fit = LawFit.Of(Grid(Chinchilla, 0.002, new Seed(4).Stream("world")));
        Assert.Equal(Sizes, fit.LeftOut.Select(size => size.Parameters));
        Assert.All(fit.LeftOut, size => Assert.Equal(Amounts.Length, size.LogErrors.Count));
        Assert.InRange(fit.RootMeanSquareLeftOut, fit.RootMeanSquare, 0.01);
    }

    // What is wrong with the data, and the reason that is given.
    [Theory]
    [InlineData("few", "8 points are too few for 5 constants")]
    [InlineData("three sizes", "fewer than 4 sizes of students")]
    [InlineData("one amount", "fewer than 3 numbers of tokens")]
    [InlineData("negative", "must be more than 0")]
    [InlineData("flat in N", "the data do not determine")]
    [InlineData("below the floor", "at or below the floor")]
    public void Data_that_cannot_identify_a_law_are_refused_with_the_reason(string what, string reason)
    {
        var random = new Seed(3).Stream("worlds");
        var grid = Grid(what == "flat in N" ? Chinchilla with { A = 1e-9 } : Chinchilla, 0.003, random);
        IReadOnlyList<LossPoint> points = what switch
        {
            "few" => [.. grid.Where((_, i) => i % 9 == 0)],
            "three sizes" => [.. grid.Where(point => point.Parameters <= 1e8)],
            "one amount" => [.. grid.Select(point => point with { Tokens = 1e8 })],
            "negative" => [.. grid.Select((point, i) => i == 3 ? point with { Loss = -1 } : point)],
            _ => grid,
        };
        Assert.Contains(
            reason,
            LawFit.Of(points, what == "below the floor" ? 9 : null).Refusal,
            StringComparison.Ordinal
        );
    }
}
