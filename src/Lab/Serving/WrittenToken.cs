namespace Bench.Lab.Serving;

/// <summary>A token that was written, and what else could have been.</summary>
/// <param name="Token">The token.</param>
/// <param name="LogProbability">Its natural log-probability at temperature 1.</param>
/// <param name="Alternatives">The most likely tokens with theirs, most likely first.</param>
/// <param name="Last">Whether the model ended here.</param>
internal sealed record WrittenToken(
    int Token,
    float LogProbability,
    IReadOnlyList<(int Token, float LogProbability)> Alternatives,
    bool Last
);
