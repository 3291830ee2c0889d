namespace Bench.Protocol.Reading;

/// <summary>
/// The request cannot be met: what is wrong with it, and how to mend it, in one line. No file is at fault.
/// </summary>
public sealed class UsageException(string problem, string remedy)
    : Exception(problem + (remedy.Length == 0 ? "" : "; " + remedy))
{
    public string Problem { get; } = problem;

    public string Remedy { get; } = remedy;
}
