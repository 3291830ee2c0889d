namespace Bench.Protocol.Reading;

/// <summary>
/// A key of a section of the experiment file. The property's type says what is read and its initial value is the
/// default; a <c>required</c> property must be given. Reading, the schema, the reference and fingerprints follow from
/// this alone.
/// </summary>
/// <param name="name">The key as the file has it.</param>
/// <param name="meaning">Its meaning, with its unit; a sentence of the reference.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KeyAttribute(string name, string meaning) : Attribute
{
    /// <summary>The key as the file has it.</summary>
    public string Name => name;

    /// <summary>Its meaning.</summary>
    public string Meaning => meaning;

    /// <summary>The least value of a number, or of the numbers of a list.</summary>
    public double Low { get; init; } = double.NegativeInfinity;

    /// <summary>The greatest value.</summary>
    public double High { get; init; } = double.PositiveInfinity;

    /// <summary>Whether the value must lie strictly between the two.</summary>
    public bool IsInside { get; init; }

    /// <summary>Whether a text must be fit for a file name: see <see cref="SpecMapping.Name"/>.</summary>
    public bool IsName { get; init; }

    /// <summary>How to mend its absence; a sentence of an error.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>How a default is found that no constant is, e.g. "width / heads".</summary>
    public string Default { get; init; } = "";

    /// <summary>Whether a result depends on it.</summary>
    public bool IsInput { get; init; } = true;

    /// <summary>The number that means as much as the key's absence; such a value is no input.</summary>
    public double Neutral { get; init; } = double.NaN;
}
