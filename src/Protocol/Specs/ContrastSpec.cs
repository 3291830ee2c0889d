using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>A difference that the experiment was made to see.</summary>
public sealed record ContrastSpec
{
    /// <summary>The method that is looked at; where several teachers are compared, "method of teacher" for one of
    /// them.</summary>
    [Key("of", "the method that is looked at, or `method of teacher`", Remedy = "name a method")]
    public required string Of { get; init; }

    /// <summary>The method that it is compared with, in the same words.</summary>
    [Key("against", "the method that it is compared with", Remedy = "name another method")]
    public required string Against { get; init; }

    /// <summary>Whether the experiment's question is answered by this one, at the largest budget.</summary>
    [Key("primary", "whether this one answers the experiment's question")]
    public bool Primary { get; init; }
}
