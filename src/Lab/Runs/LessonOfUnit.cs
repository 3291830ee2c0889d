using Bench.Lab.Training;
using Bench.Protocol.Costs;

namespace Bench.Lab.Runs;

/// <summary>What a unit's student learns from, and what the teacher's part of it cost.</summary>
/// <param name="Lesson">The lesson.</param>
/// <param name="Sources">The teacher's charges, spread over the lesson's examples.</param>
/// <param name="ResponseTokens">The teacher's tokens in each example.</param>
internal sealed record LessonOfUnit(Lesson Lesson, IReadOnlyList<TeacherShare> Sources, IReadOnlyList<int> ResponseTokens)
{
    internal bool HasTeacher => Lesson.QueriesEach > 0;

    /// <summary>The teacher's charges for the examples that were used.</summary>
    internal IEnumerable<Charge> Shares(IReadOnlySet<int> used) => Sources.Select(source => source.For(used));

    /// <summary>The teacher's tokens in the examples that were used.</summary>
    internal long? TeacherTokens(IReadOnlySet<int> used) => HasTeacher ? used.Sum(example => (long)ResponseTokens[example]) : null;
}
