namespace Bench.Protocol.Specs;

/// <summary>What the student learns from.</summary>
public enum SignalKind
{
    /// <summary>The teacher's text.</summary>
    Text,

    /// <summary>The teacher's k largest probabilities at each token of its text.</summary>
    TopK,

    /// <summary>k draws from the teacher's distribution at each token of its text, with importance weights.</summary>
    Sampled,

    /// <summary>The teacher's activations at each token of its text.</summary>
    Hidden,

    /// <summary>The student's own text, scored by the teacher while the student trains.</summary>
    OnPolicy,

    /// <summary>The task's own solutions: no teacher.</summary>
    Gold,
}
