namespace Bench.Protocol.Reading;

/// <summary>What says itself on which values a result depends; other records are their keys.</summary>
public interface IHasInputs
{
    /// <summary>The values, under the names that the experiment file uses.</summary>
    Inputs Inputs { get; }
}
