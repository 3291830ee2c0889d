namespace Bench.Protocol.Statistics.Curves;

/// <summary>When what a teacher did has paid for itself.</summary>
public static class BreakEven
{
    /// <summary>
    /// The least number of students at which what the teacher did once for all of them, and distilling each, costs no
    /// more than making each without a teacher: teacher + n · distilled ≤ n · alone.
    /// </summary>
    /// <param name="teacher">The cost of the teacher's part: its training, its text, its probabilities.</param>
    /// <param name="distilled">The cost of training one distilled student.</param>
    /// <param name="alone">The cost of one student of the same quality without a teacher.</param>
    /// <returns>Null when distilling is no cheaper, however many students there are.</returns>
    public static double? Students(double teacher, double distilled, double alone)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(teacher);
        return distilled < alone ? Math.Max(1, Ceiling([teacher], [alone, -distilled])) : null;
    }

    /// <summary>
    /// The least number of queries at which one distilled student, with all of the teacher's part, costs no more than
    /// one made without a teacher: teacher + distilled + k · its query ≤ alone + k · the other's.
    /// </summary>
    /// <param name="teacher">The cost of the teacher's part.</param>
    /// <param name="distilled">The cost of training the distilled student.</param>
    /// <param name="alone">The cost of the other.</param>
    /// <param name="query">The cost of one query of the distilled student.</param>
    /// <param name="queryAlone">The cost of one query of the other.</param>
    /// <returns>Null when the distilled student is dearer to make and no cheaper to use.</returns>
    public static double? Queries(double teacher, double distilled, double alone, double query, double queryAlone) =>
        teacher + distilled <= alone ? 0
        : query < queryAlone ? Ceiling([teacher, distilled, -alone], [queryAlone, -query])
        : null;

    // The quotient of two sums, rounded up, in decimals: in binary 0.3 / 0.1 is less than 3, and (1 − 0.9) more than
    // 0.1. Costs beyond a decimal's reach are brought within it.
    private static double Ceiling(double[] over, double[] under)
    {
        var scale = over.Concat(under).Max(Math.Abs) > 1e27 ? 1e-27 : 1;
        decimal Sum(double[] terms) => terms.Sum(term => (decimal)(term * scale));
        var divisor = Sum(under);
        return divisor > 0 ? (double)Math.Ceiling(Sum(over) / divisor) : Math.Ceiling(over.Sum() / under.Sum());
    }
}
