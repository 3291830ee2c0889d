using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs.Checks;

/// <summary>A concern that can only be judged when the sections are seen together.</summary>
internal interface ICheck
{
    /// <summary>Everything that is wrong.</summary>
    /// <param name="spec">The experiment.</param>
    /// <param name="root">The file, for the places of its keys.</param>
    IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root);
}
