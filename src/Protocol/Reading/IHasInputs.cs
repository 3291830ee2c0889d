namespace Bench.Protocol.Reading;

/// <summary>A record that names the inputs of a result itself; other records are their keys.</summary>
public interface IHasInputs
{
    /// <summary>The values, under the names that the experiment file uses.</summary>
    Inputs Inputs { get; }
}
