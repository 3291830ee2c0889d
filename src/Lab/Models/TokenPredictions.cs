namespace Bench.Lab.Models;

/// <summary>A model's view of a sequence's response tokens.</summary>
/// <param name="LogProbabilities">Natural logarithm of the probability of each token.</param>
/// <param name="MostLikely">The token that the model would have chosen in each place.</param>
public sealed record TokenPredictions(float[] LogProbabilities, int[] MostLikely);
