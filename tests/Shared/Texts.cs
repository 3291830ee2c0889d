namespace Bench.Shared;

/// <summary>Changes to a text that a test starts from.</summary>
internal static class Texts
{
    /// <summary>The text with every occurrence of a part replaced. A part that does not occur fails the test.</summary>
    internal static string Altered(this string text, string part, string replacement) =>
        text.Contains(part, StringComparison.Ordinal)
            ? text.Replace(part, replacement, StringComparison.Ordinal)
            : throw new InvalidOperationException($"the text to change does not hold \"{part}\"");
}
