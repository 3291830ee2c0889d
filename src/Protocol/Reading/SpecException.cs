namespace Bench.Protocol.Reading;

/// <summary>
/// The experiment asks for something that cannot be: where, what, and how to mend it, a line for each error.
/// </summary>
public sealed class SpecException : Exception
{
    /// <summary>One error at its place in a file.</summary>
    public SpecException(SourceLocation? location, string problem, string remedy)
        : base((location is null ? "" : location + ": ") + problem + (remedy.Length == 0 ? "" : "; " + remedy)) =>
        (Location, Problem, Remedy, Errors) = (location, problem, remedy, [this]);

    private SpecException(IReadOnlyList<SpecException> errors)
        : base(string.Join('\n', errors.Select(error => error.Message))) =>
        (Location, Problem, Remedy, Errors) = (errors[0].Location, errors[0].Problem, errors[0].Remedy, errors);

    /// <summary>Of the first error.</summary>
    public SourceLocation? Location { get; }

    /// <summary>The first error's problem.</summary>
    public string Problem { get; }

    /// <summary>How to mend it, of the first error.</summary>
    public string Remedy { get; }

    /// <summary>All errors; this one alone where there is one.</summary>
    public IReadOnlyList<SpecException> Errors { get; }

    /// <summary>Several errors of one file as one exception, in the order of the file.</summary>
    public static SpecException Of(IEnumerable<SpecException> errors)
    {
        var sorted = errors
            .SelectMany(error => error.Errors)
            .DistinctBy(error => error.Message)
            .OrderBy(error => error.Location?.Line)
            .ThenBy(error => error.Location?.Column)
            .ToArray();
        return sorted is [var single] ? single : new SpecException(sorted);
    }
}
