namespace Bench.Protocol.Ledger;

/// <summary>A share of a teacher's score that a student should reach.</summary>
/// <param name="Task">The task.</param>
/// <param name="Metric">Its metric.</param>
/// <param name="Teacher">The teacher.</param>
/// <param name="Scale">Whether it is a share of the score or of the way to it from chance.</param>
/// <param name="Share">The share.</param>
/// <param name="Floor">The score at share 0: 0, or that of guessing.</param>
/// <param name="TeacherScores">The teacher's score of each item.</param>
internal sealed record Goal(
    string Task,
    string Metric,
    string Teacher,
    string Scale,
    double Share,
    double Floor,
    IReadOnlyList<double> TeacherScores
)
{
    /// <summary>The score to reach.</summary>
    internal double Target => Floor + Share * (TeacherScores.Average() - Floor);

    /// <summary>
    /// The score to reach on each item; it moves with the teacher's items as the students' scores do.
    /// </summary>
    internal IReadOnlyList<double> ByItem() => [.. TeacherScores.Select(score => Floor + Share * (score - Floor))];

    /// <summary>The score to reach without one item; −1 for none left out.</summary>
    internal double Without(int item) =>
        item < 0
            ? Target
            : Floor + Share * ((TeacherScores.Sum() - TeacherScores[item]) / (TeacherScores.Count - 1) - Floor);
}
