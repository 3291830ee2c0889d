namespace Bench.Protocol.Claims;

/// <summary>The arithmetic's verdict on a run.</summary>
public enum Verdict
{
    /// <summary>Its numbers can be so, when those that it leaves open lie in the assumed ranges.</summary>
    Inside,

    /// <summary>Nothing in the assumed ranges makes its numbers agree.</summary>
    OutsideEveryPlausibleRange,

    /// <summary>Two of its own numbers disagree.</summary>
    ContradictsItself,
}
