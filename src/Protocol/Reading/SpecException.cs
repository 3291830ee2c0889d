namespace Bench.Protocol.Reading;

/// <summary>The experiment asks for something that cannot be: where, what, and how to mend it, in one line.</summary>
public sealed class SpecException(Place? place, string problem, string remedy)
    : Exception((place is null ? "" : place + ": ") + problem + (remedy.Length == 0 ? "" : "; " + remedy))
{
    public Place? Place { get; } = place;

    public string Problem { get; } = problem;

    public string Remedy { get; } = remedy;
}
