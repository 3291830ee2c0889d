namespace Bench.Lab.Signals;

/// <summary>The teacher's most likely tokens at each response token of each sequence, most likely first.</summary>
/// <param name="K">Entries of a token.</param>
/// <param name="Tokens">For each sequence, [response tokens · k].</param>
/// <param name="Probabilities">The same, at the signal's temperature; what they lack to 1 is the mass of all other tokens.</param>
public sealed record TopKSignal(int K, IReadOnlyList<int[]> Tokens, IReadOnlyList<float[]> Probabilities);
