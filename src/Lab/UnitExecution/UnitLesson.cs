using Bench.Lab.Training;
using Bench.Protocol.Costs;

namespace Bench.Lab.UnitExecution;

/// <summary>The material of a unit's student, and the cost of the teacher's part in it.</summary>
/// <param name="Lesson">The lesson.</param>
/// <param name="Sources">The teacher's charges, spread over the lesson's examples.</param>
/// <param name="ResponseTokens">The teacher's tokens in each example.</param>
internal sealed record UnitLesson(Lesson Lesson, IReadOnlyList<TeacherShare> Sources, IReadOnlyList<int> ResponseTokens)
{
    /// <summary>Examples among the teacher's that are gold solutions: nobody was asked for them.</summary>
    internal IReadOnlySet<int> Gold { get; init; } = new HashSet<int>();

    internal bool HasTeacher => Lesson.QueriesEach > 0;

    /// <summary>The teacher's charges for the examples that were used.</summary>
    internal IEnumerable<Charge> Shares(IReadOnlySet<int> used) => Sources.Select(source => source.For(Taught(used)));

    private IReadOnlySet<int> Taught(IReadOnlySet<int> used) =>
        Gold.Count == 0 ? used : used.Where(example => !Gold.Contains(example)).ToHashSet();

    /// <summary>The teacher's tokens in the examples that were used.</summary>
    internal long? TeacherTokens(IReadOnlySet<int> used) =>
        HasTeacher ? Taught(used).Sum(example => (long)ResponseTokens[example]) : null;
}
