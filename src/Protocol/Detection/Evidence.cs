using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Bench.Protocol.Detection;

/// <summary>
/// The evidence that a student learnt from marked text: one-sided tests, pure functions of what it predicts.
/// </summary>
public static class Evidence
{
    /// <summary>The least p that is told apart from 0.</summary>
    public const double Smallest = 1e-300;

    /// <summary>
    /// The test for radioactivity by reading (Sander et al. 2024, Watermarking Makes Language Models Radioactive,
    /// sections 3 and 4): of the different pairs of a token and the student's most likely next one, how many are green,
    /// against a binomial law. Each pair is scored once: a second sight of it tells nothing new.
    /// </summary>
    /// <param name="pairs">Tokens of a text and what the student predicts after each.</param>
    /// <param name="probes">Numbers of pairs after which p is wanted, rising.</param>
    /// <param name="green">The owner's list.</param>
    /// <param name="vocabulary">Tokens that there are.</param>
    /// <returns>p after each number of pairs.</returns>
    public static IReadOnlyList<double> OfWatermark(
        IReadOnlyList<(int Previous, int Predicted)> pairs,
        IReadOnlyList<int> probes,
        GreenList green,
        int vocabulary
    )
    {
        var (seen, found, p) = (new HashSet<(int, int)>(), 0, new List<double>());
        for (var at = 0; p.Count < probes.Count; at++)
        {
            if (at == probes[p.Count])
            {
                p.Add(BinomialTail(found, seen.Count, (double)green.Size / vocabulary));
                if (p.Count == probes.Count)
                    break;
            }

            if (seen.Add(pairs[at]) && green.After(pairs[at].Previous)[pairs[at].Predicted])
                found++;
        }

        return p;
    }

    /// <summary>The probability of at least as many successes: P(X ≥ k) = I_p(k, n − k + 1).</summary>
    public static double BinomialTail(int successes, int trials, double probability) =>
        successes == 0
            ? 1
            : Math.Max(Smallest, SpecialFunctions.BetaRegularized(successes, trials - successes + 1, probability));

    /// <summary>
    /// The one-sided rank-sum test of whether planted canaries are likelier to the student than others of their kind
    /// (Mann and Whitney 1947, normal approximation with continuity correction).
    /// </summary>
    /// <param name="planted">Log-probabilities of the planted ones.</param>
    /// <param name="controls">Log-probabilities of ones that were never planted.</param>
    /// <exception cref="ArgumentException">One of the lists is empty.</exception>
    public static double OfCanaries(IReadOnlyList<double> planted, IReadOnlyList<double> controls)
    {
        if (planted.Count == 0 || controls.Count == 0)
            throw new ArgumentException("a rank-sum test needs some of each", nameof(planted));
        double n = planted.Count,
            m = controls.Count;
        var wins = planted.Sum(mine =>
            controls.Sum(other =>
                mine > other ? 1
                : mine == other ? 0.5
                : 0
            )
        );
        var z = (wins - n * m / 2 - 0.5) / Math.Sqrt(n * m * (n + m + 1) / 12);
        return Math.Max(Smallest, Normal.CDF(0, 1, -z));
    }
}
