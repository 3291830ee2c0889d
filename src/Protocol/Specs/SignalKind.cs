namespace Bench.Protocol.Specs;

/// <summary>What the student learns from.</summary>
public enum SignalKind
{
    /// <summary>The teacher's text.</summary>
    Text,

    /// <summary>The teacher's k largest probabilities at each token of its text.</summary>
    TopK,

    /// <summary>The task's own solutions: no teacher.</summary>
    Gold,
}
