using Bench.Protocol.Claims;

namespace Bench.Tests.Protocol;

public class PublishedGapTests
{
    // Sky-T1-32B's published scores of teacher and student before and after, in percent.
    [Theory]
    [InlineData("GPQA diamond", 198, 52.5, 45.5, -2.8, 16.8, 3.4, 10.6, true)]
    [InlineData("LiveCodeBench medium", 206, 56.3, 40.8, 6.0, 25.0, 10.6, 20.4, false)]
    [InlineData("OlympiadBench", 675, 62.17, 46.74, 10.2, 20.7, 12.7, 18.2, false)]
    public void Gaps_carry_the_interval_of_their_number_of_items(
        string benchmark,
        int items,
        double teacher,
        double before,
        double low,
        double high,
        double pairedLow,
        double pairedHigh,
        bool mayBeNothing
    )
    {
        Assert.NotEmpty(benchmark);
        var gap = PublishedGap.Of(teacher / 100, before / 100, teacher / 100, items);
        Assert.Equal((low, high), (Tenths(gap.Unpaired.Low), Tenths(gap.Unpaired.High)));
        Assert.Equal((pairedLow, pairedHigh), (Tenths(gap.Paired.Low), Tenths(gap.Paired.High)));
        Assert.Equal(mayBeNothing, gap.MayBeNothing);
        // The student is as good as its teacher: all of the gap, and no more is known than both scores say.
        Assert.Equal(1, gap.Recovered.Ratio!.Value, 1e-12);
    }

    private static double Tenths(double share) => Math.Round(1000 * share) / 10;

    [Fact]
    public void Errors_are_turned_into_shares_and_other_metrics_are_no_shares()
    {
        Assert.Equal(0.9926, PublishedGap.Share(74, "test_errors_lower_better", 10_000)!.Value, 1e-12);
        Assert.Equal(0.433, PublishedGap.Share(43.3, "accuracy_percent", 30)!.Value, 1e-12);
        Assert.Null(PublishedGap.Share(26.4, "rouge_l", 500));
    }
}
