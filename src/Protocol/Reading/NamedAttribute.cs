namespace Bench.Protocol.Reading;

/// <summary>
/// The name by which files call a kind of thing (a class) or one of a few values (a member of an enumeration).
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Field)]
public sealed class NamedAttribute(string name, string meaning = "") : Attribute
{
    /// <summary>As files have it.</summary>
    public string Name => name;

    /// <summary>Its description; a sentence of the reference.</summary>
    public string Meaning => meaning;
}
