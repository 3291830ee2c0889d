namespace Bench.Protocol.Claims;

/// <summary>The arithmetic's verdict on a run.</summary>
public enum Verdict
{
    /// <summary>Something could be checked, and all of it agrees.</summary>
    Consistent,

    /// <summary>Two of its own numbers disagree.</summary>
    Inconsistent,

    /// <summary>Its numbers agree, and what follows from them has not been seen.</summary>
    Implausible,

    /// <summary>Too little is stated to check anything.</summary>
    UnderDetermined,
}
