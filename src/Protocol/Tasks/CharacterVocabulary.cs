using Bench.Protocol.Grading;

namespace Bench.Protocol.Tasks;

/// <summary>
/// A vocabulary of single characters and four special tokens, which come first: begin, end, and the two think tags.
/// </summary>
public sealed record CharacterVocabulary
{
    public const int Begin = 0;
    public const int End = 1;
    public const int Think = 2;
    public const int EndThink = 3;

    /// <summary>How many tokens stand before the characters.</summary>
    public const int Specials = 4;

    private CharacterVocabulary(string characters) => Characters = characters;

    /// <summary>The characters in the order of their tokens.</summary>
    public string Characters { get; }

    public int Size => Specials + Characters.Length;

    /// <summary>The vocabulary of some tasks: their alphabets' characters, each once, in ordinal order.</summary>
    public static CharacterVocabulary Of(IEnumerable<ITask> tasks) =>
        new(new string([.. tasks.SelectMany(task => task.Alphabet).Distinct().Order()]));

    /// <summary>How many tokens a text has; a think tag is one.</summary>
    public static int Length(string text) =>
        text.Replace(Answers.ThinkOpen, "\u0001", StringComparison.Ordinal)
            .Replace(Answers.ThinkClose, "\u0001", StringComparison.Ordinal)
            .Length;
}
