using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>The options that an experiment gives a task, read strictly: a value out of range is an error at its place in the file.</summary>
public sealed class TaskOptions
{
    private readonly SpecMapping mapping;

    internal TaskOptions(SpecMapping mapping) => this.mapping = mapping;

    /// <summary>An option that is a whole number from low to high.</summary>
    public int Integer(string key, int fallback, int low, int high) => (int)mapping.Integer(key, fallback, low, high);

    /// <summary>An option that is a text.</summary>
    public string Text(string key, string fallback) => mapping.OptionalText(key) ?? fallback;

    /// <summary>An option that is a word of up to sixteen letters from a to z.</summary>
    public string Letters(string key, string fallback)
    {
        var word = Text(key, fallback);
        return word.Length <= 16 && word.All(char.IsAsciiLetterLower) ? word : throw new SpecException(mapping.LocationOfValue(key), $"'{key}' cannot be '{word}'", "use up to 16 letters from a to z");
    }

    /// <summary>An option that is one of a few words.</summary>
    public string Choice(string key, string fallback, params string[] allowed) => mapping.Choice(key, fallback, allowed);
}
