using Bench.Protocol.Statistics.Scoring;

namespace Bench.Protocol.Statistics.Contrasts;

/// <summary>
/// Wilcoxon's signed-rank test, exact given the ranks (Biometrics Bulletin 1, 1945): zeros are dropped, equal absolute
/// values share the mean of their ranks.
/// </summary>
/// <param name="NonZero">Differences that are not 0.</param>
/// <param name="RankSum">W+, the sum of the ranks of positive differences.</param>
/// <param name="P">P(|W+ − its mean| ≥ the observed one); 1 where all differences are 0.</param>
public sealed record SignedRank(int NonZero, double RankSum, double P)
{
    /// <summary>The test of paired differences.</summary>
    public static SignedRank Of(IReadOnlyList<double> differences)
    {
        var kept = differences.Where(difference => difference != 0).ToArray();
        if (kept.Length == 0)
            return new SignedRank(0, 0, 1);
        // Twice a mean rank is whole.
        var doubled = RankCorrelation
            .Ranks([.. kept.Select(difference => (double)Math.Abs((decimal)difference))])
            .Select(rank => (int)Math.Round(2 * rank))
            .ToArray();
        var chance = new double[doubled.Sum() + 1];
        chance[0] = 1;
        foreach (var rank in doubled)
        {
            for (var sum = chance.Length - 1; sum >= 0; sum--)
                chance[sum] = (chance[sum] + (sum >= rank ? chance[sum - rank] : 0)) / 2;
        }

        var observed = doubled.Where((_, i) => kept[i] > 0).Sum();
        var distance = Math.Abs(2 * observed - (chance.Length - 1));
        var p = chance.Where((_, sum) => Math.Abs(2 * sum - (chance.Length - 1)) >= distance).Sum();
        return new SignedRank(kept.Length, observed / 2.0, Math.Min(1, p));
    }
}
