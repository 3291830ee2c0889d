namespace Bench.Protocol.Specs;

/// <summary>Which part of a solution the student learns.</summary>
public enum Keep
{
    Answer,

    Trace,
}
