namespace Bench.Protocol.Statistics;

/// <summary>When a teacher has paid for itself.</summary>
public static class BreakEven
{
    /// <summary>
    /// The least number of students at which training a teacher once and distilling each student costs no more than making each without a teacher:
    /// teacher + n · distilled ≤ n · alone.
    /// </summary>
    /// <param name="teacher">What the teacher's training cost.</param>
    /// <param name="distilled">What one distilled student costs, the teacher's work for it included.</param>
    /// <param name="alone">What one student of the same quality costs without a teacher.</param>
    /// <returns>Null when distilling is no cheaper, however many students there are.</returns>
    public static double? Students(double teacher, double distilled, double alone)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(teacher);
        return distilled < alone ? Math.Max(1, Math.Ceiling(teacher / (alone - distilled))) : null;
    }
}
