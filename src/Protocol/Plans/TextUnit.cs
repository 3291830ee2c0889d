using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>Has a teacher write responses to each training prompt, and keeps those that its sampling selects.</summary>
public sealed record TextUnit : UnitOfWork
{
    public required TeacherSpec Teacher { get; init; }

    public required SamplingSpec Sampling { get; init; }

    /// <summary>Shares of the prompts by task; null for equal ones.</summary>
    public IReadOnlyDictionary<string, double>? Shares { get; init; }

    /// <summary>
    /// How many alternatives to each token are kept with their probabilities, as the text is written; 0 for none. Where
    /// a teacher reads its text again, that is another unit's work.
    /// </summary>
    public int Alternatives { get; init; }
}
