namespace Bench.Protocol.Statistics.Curves;

/// <summary>When what a teacher did has paid for itself.</summary>
public static class BreakEven
{
    /// <summary>
    /// The least number of students at which what the teacher did once for all of them, and distilling each, costs no
    /// more than making each without a teacher: teacher + n · distilled ≤ n · alone.
    /// </summary>
    /// <param name="teacher">The cost of the teacher's part: its training, its text, its scores.</param>
    /// <param name="distilled">The cost of training one distilled student.</param>
    /// <param name="alone">The cost of one student of the same quality without a teacher.</param>
    /// <returns>Null when distilling is no cheaper, however many students there are.</returns>
    public static double? Students(double teacher, double distilled, double alone)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(teacher);
        return distilled < alone ? Math.Max(1, Math.Ceiling(teacher / (alone - distilled))) : null;
    }

    /// <summary>
    /// The 95% interval of that number over replicates of the three costs; a bound is missing where distilling is no
    /// cheaper in as many of them.
    /// </summary>
    public static (double? Low, double? High) Interval(
        IReadOnlyList<double> teacher,
        IReadOnlyList<double> distilled,
        IReadOnlyList<double> alone
    )
    {
        // A score that is not reached costs without end; where neither way reaches it, nothing is repaid.
        var draws = Enumerable
            .Range(0, teacher.Count)
            .Select(i =>
                double.IsInfinity(distilled[i]) || !double.IsFinite(teacher[i])
                    ? double.PositiveInfinity
                    : Students(Math.Max(0, teacher[i]), distilled[i], alone[i]) ?? double.PositiveInfinity
            )
            .Order()
            .ToArray();
        double? Bound(double probability) =>
            CostToTarget.Quantile(draws, probability) is var bound && double.IsFinite(bound) ? bound : null;
        return (Bound(0.025), Bound(0.975));
    }
}
