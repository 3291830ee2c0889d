using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>Which of a teacher's responses to a prompt are kept.</summary>
public enum Selection
{
    /// <summary>Every one.</summary>
    [Named("all")]
    All,

    /// <summary>Those that the task's grader finds correct: rejection sampling.</summary>
    [Named("correct")]
    Correct,

    /// <summary>The one whose tokens the teacher finds most likely on average: best of n.</summary>
    [Named("likeliest")]
    Likeliest,
}
