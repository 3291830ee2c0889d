namespace Bench.Protocol.Tasks;

/// <summary>Questions about what tasks are made of.</summary>
public static class TaskContents
{
    /// <summary>Whether the items are problems whose answers are graded.</summary>
    public static bool IsGraded(this TaskContent content) => content is TaskContent.Characters or TaskContent.Words;

    /// <summary>Whether the items of a task are problems whose answers are graded.</summary>
    public static bool IsGraded(this ITask task) => task.Content.IsGraded();
}
