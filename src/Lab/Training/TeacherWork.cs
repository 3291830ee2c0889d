using Bench.Protocol.Units;

namespace Bench.Lab.Training;

/// <summary>A teacher's work for an example, done before the student's training.</summary>
/// <param name="Written">FLOPs of writing it.</param>
/// <param name="Read">FLOPs of reading it.</param>
internal readonly record struct TeacherWork(Flops Written, Flops Read)
{
    public static TeacherWork operator +(TeacherWork left, TeacherWork right) =>
        new(left.Written + right.Written, left.Read + right.Read);

    /// <summary>The work for those examples of a batch that were not used before.</summary>
    internal static TeacherWork Of(Lesson lesson, IEnumerable<int> members, IReadOnlySet<int> used) =>
        members
            .Where(member => !used.Contains(member))
            .Aggregate(default(TeacherWork), (sum, member) => sum + lesson.Teacher[member]);
}
