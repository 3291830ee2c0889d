namespace Bench.Protocol.Machines;

/// <summary>Kinds of work whose steps are timed.</summary>
public enum StepCase
{
    /// <summary>A training step: forwards, backwards and the optimiser.</summary>
    Train,

    /// <summary>A text is read for its probabilities.</summary>
    Read,

    /// <summary>One more token of each response, what reading the prompt takes shared among them.</summary>
    Write,
}
