namespace Bench.Protocol.Tasks;

/// <summary>
/// The content of a task's items. All tasks of an experiment are characters or words, or all are one of the others.
/// </summary>
public enum TaskContent
{
    /// <summary>Problems spelt in the characters of an alphabet, with gold solutions.</summary>
    Characters,

    /// <summary>Problems in words, which need a model's own tokenizer, with gold solutions.</summary>
    Words,

    /// <summary>Windows of the teacher's own text, which have no gold solution.</summary>
    OwnText,

    /// <summary>Images with a class each.</summary>
    Images,
}
