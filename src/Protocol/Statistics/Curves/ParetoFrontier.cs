namespace Bench.Protocol.Statistics.Curves;

/// <summary>Which of some points nobody beats at once in cost and in score.</summary>
public static class ParetoFrontier
{
    /// <summary>
    /// For each point, whether no other is at most as costly and at least as good, and better in one of the two.
    /// </summary>
    public static IReadOnlyList<bool> Of(IReadOnlyList<(double Cost, double Score)> points, bool higherIsBetter)
    {
        double Good(double score) => higherIsBetter ? score : -score;
        return
        [
            .. points.Select(point =>
                !points.Any(other =>
                    other.Cost <= point.Cost
                    && Good(other.Score) >= Good(point.Score)
                    && (other.Cost < point.Cost || Good(other.Score) > Good(point.Score))
                )
            ),
        ];
    }
}
