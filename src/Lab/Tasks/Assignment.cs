namespace Bench.Lab.Tasks;

/// <summary>A prompt for a teacher, or for a student that learns on its own text.</summary>
internal sealed record Assignment
{
    /// <summary>Prompts in tokens, each as often as responses to it are wanted.</summary>
    internal required IReadOnlyList<int[]> Prompts { get; init; }

    /// <summary>The same as people wrote them; null where they are what the tokens spell.</summary>
    internal IReadOnlyList<string>? Texts { get; init; }

    /// <summary>The most tokens of a response.</summary>
    internal required int Limit { get; init; }

    /// <summary>The token that ends a response; −1 for none.</summary>
    internal required int End { get; init; }

    /// <summary>Which responses are learnt from, by their numbers.</summary>
    internal Func<IReadOnlyList<int[]>, IReadOnlyList<int>> Kept { get; init; } =
        responses => [.. Enumerable.Range(0, responses.Count)];
}
