using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Tasks;

/// <summary>
/// A capability that can be measured. The name is the experiment's; the kind is the class, which the catalogue finds by
/// its name.
/// </summary>
public interface ITask
{
    /// <summary>The content of its items.</summary>
    TaskContent Content { get; }

    /// <summary>The metrics that scores of this task carry; the first is the one that figures show.</summary>
    IReadOnlyList<Metric> Metrics { get; }

    /// <summary>
    /// Whether one answer is right, so that a model's probability of its own answer is one of being right.
    /// </summary>
    bool HasOneAnswer { get; }

    /// <summary>
    /// The accuracy of guessing, where there are so few answers that a guess is often right; else null.
    /// </summary>
    double? Chance => null;

    /// <summary>Whether it has anything to learn from; a benchmark may have only a test.</summary>
    bool HasTraining { get; }

    /// <summary>
    /// Whether it can have no more than so many problems of a split; null where that is not known before.
    /// </summary>
    int? MostProblems(Split split, int wanted);

    /// <summary>
    /// Every character that prompts, reasoning and answers may hold; empty where they are no characters.
    /// </summary>
    string Alphabet { get; }

    /// <summary>The files of data that its results depend on.</summary>
    IReadOnlyList<FileReference> Files { get; }

    /// <summary>Lengths of a sample of training examples, at most so many, from which a plan counts.</summary>
    IEnumerable<SampleLength> Lengths(Keep keep, int count);

    /// <summary>The most tokens of a prompt with its response; null where the sample tells.</summary>
    int? LongestWritten { get; }

    /// <summary>Tokens of a window of free text; 0 where items are no windows.</summary>
    int WindowTokens { get; }
}
