namespace Bench.Lab.Text.Jinja;

/// <summary>Names and their values; what is set inside a loop or a macro is gone behind it.</summary>
internal sealed class JinjaScope(JinjaScope? outer)
{
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    internal object? this[string name]
    {
        get =>
            values.TryGetValue(name, out var value) ? value
            : outer is null ? JinjaUndefined.Instance
            : outer[name];
        set => values[name] = value;
    }
}
