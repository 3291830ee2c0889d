using Bench.Protocol.Reading;

namespace Bench.Protocol.Signals;

/// <summary>How the prompts are chosen that a teacher is asked.</summary>
public enum PromptChoice
{
    /// <summary>The first of the pool, the same for every seed.</summary>
    [Named("first")]
    First,

    /// <summary>At random, for each seed anew.</summary>
    [Named("random")]
    Random,

    /// <summary>
    /// The prompts to which the student, as far as it has learnt, finds its own answer least likely (Culotta and
    /// McCallum 2005; Settles 2009, section 3.1).
    /// </summary>
    [Named("least-confident")]
    LeastConfident,
}
