namespace Bench.Protocol.Reading;

/// <summary>The experiment asks for something that cannot be: where, what, and how to mend it, in one line.</summary>
public sealed class SpecException(SourceLocation? location, string problem, string remedy)
    : Exception((location is null ? "" : location + ": ") + problem + (remedy.Length == 0 ? "" : "; " + remedy))
{
    public SourceLocation? Location { get; } = location;

    public string Problem { get; } = problem;

    public string Remedy { get; } = remedy;
}
