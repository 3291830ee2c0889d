namespace Bench.Protocol.Statistics.Curves;

/// <summary>
/// A curve that never falls (or never rises, where less is better) through scores at rising costs: the weighted least
/// squares fit, by pooling neighbours that are out of order (Ayer et al. 1955; Barlow et al. 1972).
/// </summary>
public sealed class MonotoneFit
{
    private readonly bool higherIsBetter;

    /// <param name="costs">More than 0, in any order; equal ones are merged.</param>
    /// <param name="scores">At each.</param>
    /// <param name="weights">Of each, such as its number of seeds.</param>
    /// <param name="higherIsBetter">Whether scores should rise or fall with cost.</param>
    public MonotoneFit(
        IReadOnlyList<double> costs,
        IReadOnlyList<double> scores,
        IReadOnlyList<double> weights,
        bool higherIsBetter
    )
    {
        this.higherIsBetter = higherIsBetter;
        var merged = Enumerable
            .Range(0, costs.Count)
            .GroupBy(i => costs[i])
            .OrderBy(group => group.Key)
            .Select(group =>
                (Cost: group.Key, Weight: group.Sum(i => weights[i]), Sum: group.Sum(i => weights[i] * scores[i]))
            )
            .ToArray();
        Costs = [.. merged.Select(point => point.Cost)];
        Means = [.. merged.Select(point => point.Sum / point.Weight)];
        Weights = [.. merged.Select(point => point.Weight)];
        Fitted = Pool(Means, Weights, higherIsBetter ? 1 : -1);
    }

    /// <summary>Different costs, rising.</summary>
    public IReadOnlyList<double> Costs { get; }

    /// <summary>The mean score at each.</summary>
    public IReadOnlyList<double> Means { get; }

    /// <summary>The weight of each.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>The fitted score at each.</summary>
    public IReadOnlyList<double> Fitted { get; }

    /// <summary>
    /// How many costs lie inside the rise: their fitted scores are strictly between a tenth and nine tenths of the way
    /// from the first to the last.
    /// </summary>
    public int InsideRise
    {
        get
        {
            var (first, range) = (Fitted[0], Fitted[^1] - Fitted[0]);
            return range == 0 ? 0 : Fitted.Count(score => (score - first) / range is > 0.1 and < 0.9);
        }
    }

    /// <summary>Where the fit reaches a score.</summary>
    public Reached At(double target)
    {
        // A pooled mean may miss the target that it equals by a rounding.
        var rounding = 1e-12 * Math.Abs(target);
        bool Reaches(double score) => higherIsBetter ? score >= target - rounding : score <= target + rounding;
        if (Reaches(Fitted[0]))
            return new Reached(Costs[0], null, Costs[0]);
        for (var i = 1; i < Costs.Count; i++)
        {
            if (!Reaches(Fitted[i]))
                continue;
            var share = (target - Fitted[i - 1]) / (Fitted[i] - Fitted[i - 1]);
            return new Reached(Interpolate(Costs[i - 1], Costs[i], share), Costs[i - 1], Costs[i]);
        }

        return new Reached(null, Costs[^1], null);
    }

    /// <summary>The cost a share of the way from one to another, in the logarithm.</summary>
    internal static double Interpolate(double from, double to, double share) =>
        share == 1 ? to : from * Math.Pow(to / from, share);

    private static double[] Pool(IReadOnlyList<double> means, IReadOnlyList<double> weights, int sign)
    {
        // Blocks of neighbours with one fitted score; a block that is out of order with the one before joins it.
        var blocks = new Stack<(double Mean, double Weight, int Count)>();
        for (var i = 0; i < means.Count; i++)
        {
            var block = (Mean: means[i], Weight: weights[i], Count: 1);
            while (blocks.TryPeek(out var before) && sign * before.Mean >= sign * block.Mean)
            {
                blocks.Pop();
                var weight = before.Weight + block.Weight;
                block = (
                    Mean: (before.Mean * before.Weight + block.Mean * block.Weight) / weight,
                    Weight: weight,
                    Count: before.Count + block.Count
                );
            }

            blocks.Push(block);
        }

        return [.. blocks.Reverse().SelectMany(block => Enumerable.Repeat(block.Mean, block.Count))];
    }
}
