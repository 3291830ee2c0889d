namespace Bench.Protocol.Specs;

/// <summary>Which of a teacher's responses to a prompt are kept.</summary>
public enum Selection
{
    /// <summary>Every one.</summary>
    All,

    /// <summary>Those that the task's grader finds correct: rejection sampling.</summary>
    Correct,

    /// <summary>The one whose tokens the teacher finds most likely on average: best of n.</summary>
    Likeliest,
}
