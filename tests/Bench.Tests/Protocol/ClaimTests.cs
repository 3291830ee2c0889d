using Bench.Protocol.Claims;
using Bench.Protocol.Units;

namespace Bench.Tests.Protocol;

/// <summary>Published claims recomputed; the arithmetic of each is worked by hand beside it.</summary>
public sealed class ClaimTests
{
    private static readonly string Own = Path.Combine(Repository.Root, "experiments", "claims");
    private static readonly IReadOnlyList<Claim> Claims = ClaimTable.Read(Path.Combine(Own, "claims.csv"));
    internal static readonly Assumptions Usual = Assumptions.Of(Own, Claims);

    private static RunCheck Run(string run, double tolerance = Assumptions.UsualTolerance) =>
        ClaimChecker.Check(Claims, Usual with { Tolerance = tolerance }).Single(check => check.Run == run);

    private static void Finds(RunCheck check, string part, string name, double value, double? stated, bool? holds)
    {
        var finding = check.Findings.Single(finding => finding.Part == part && finding.Name == name);
        Assert.Equal(value, finding.Value, Math.Abs(value) * 1e-9);
        Assert.Equal((stated, holds), (finding.Stated, finding.Holds));
    }

    internal static void Lies(Bounds? bounds, double low, double high)
    {
        Assert.Equal(low, bounds!.Value.Low, low * 1e-9);
        Assert.Equal(high, bounds.Value.High, high * 1e-9);
    }

    [Fact]
    public void Every_run_of_the_table_has_a_verdict_with_a_reason_and_the_open_numbers_theirs()
    {
        var checks = ClaimChecker.Check(Claims, Usual);
        Assert.Equal(71, checks.Count);
        Assert.All(checks, check => Assert.NotEmpty(check.Reason));
        Assert.All(checks, check => Assert.DoesNotContain('\n', check.Reason));
        Assert.All(checks.SelectMany(check => check.Open), open => Assert.NotEmpty(open.Reason));
        Assert.All(
            checks.Where(check => check.Dollars is null),
            check => Assert.Contains("dollars", check.Absent, StringComparer.Ordinal)
        );
        Assert.All(ClaimSummary.Counts(checks), counted => Assert.Equal(checks.Count, counted.Counts.Sum()));
    }

    [Fact]
    public void DeepSeek_V3_adds_up()
    {
        var check = Run("deepseek-v3");
        Assert.Equal(Verdict.Inside, check.Verdict);
        // 2,664,000 + 119,000 + 5,000 = 2,788,000 GPU-hours; × $2 = $5,576,000.
        Finds(check, "total", "GPU-hours by other statements", 2_788_000, 2_788_000, true);
        Finds(check, "total", "dollars at the stated price", 5_576_000, 5_576_000, true);
        Finds(check, "total", "dollars by other statements", 5_576_000, 5_576_000, true);
        Lies(check.Dollars, 5_576_000, 5_576_000);
        // 6 × 37e9 active parameters × 14.8e12 tokens; over 2.664e6 h × 3600 s × 1979e12 FLOP/s of an H800 in 8 bits:
        // 17.3%. A name's 37 stands for 0.9 to 1.15 of itself.
        Finds(check, "pretraining", "training FLOPs", 6 * 37e9 * 14.8e12, null, null);
        Finds(check, "pretraining", "MFU", 6 * 37e9 * 14.8e12 / (2.664e6 * 3600 * 1979e12), null, null);
        Lies(check.Flops, 0.9 * 6 * 37e9 * 14.8e12, 1.15 * 6 * 37e9 * 14.8e12);
        Lies(
            check.Utilisation,
            0.9 * 6 * 37e9 * 14.8e12 / (2.788e6 * 3600 * 1979e12),
            1.15 * 6 * 37e9 * 14.8e12 / (2.788e6 * 3600 * 1979e12)
        );
        // Costs that rows repeat are taken once.
        Assert.Equal(5_576_000, check.StatedCost);
    }

    [Fact]
    public void DeepSeek_R1_s_total_is_its_stages_and_R1_Zero()
    {
        // 101 + 5 + 41 = 147 thousand GPU-hours; × $2 = $294,000. 512 × 198 = 101,376 and 512 × 80 = 40,960 are stated
        // as 101,000 and 41,000.
        var total = Run("deepseek-r1");
        Assert.Equal(Verdict.Inside, total.Verdict);
        Finds(total, "total-cost", "GPU-hours by other statements", 147_000, 147_000, true);
        Finds(total, "total-cost", "dollars by other statements", 294_000, 294_000, true);
        Finds(total, "rl-stage-cost", "GPU-hours", 40_960, 41_000, true);
        Finds(Run("deepseek-r1-zero"), "cost", "GPU-hours", 101_376, 101_000, true);
        // At a tolerance of one in a thousand, 101,376 is not 101,000.
        Assert.Equal(Verdict.ContradictsItself, Run("deepseek-r1-zero", tolerance: 0.001).Verdict);
    }

    [Fact]
    public void Sky_T1_s_cost_is_known_and_its_work_within_a_factor()
    {
        // 8 GPUs × 19 h = 152 GPU-hours; $450 / 152 = $2.96, between $1.70 and $4.50 for an H100 in 2025.
        var check = Run("sky-t1-32b");
        Assert.Equal(Verdict.Inside, check.Verdict);
        Finds(check, "math500", "GPU-hours", 152, null, null);
        Finds(check, "math500", "implied dollars a GPU-hour", 450 / 152.0, null, null);
        Lies(check.Dollars, 450, 450);
        Lies(check.GpuHours, 152, 152);
        Lies(check.MarketCost, 152 * 1.7, 152 * 4.5);
        // From below by the hours: 3% of the peak; from above by 3 passes over 17,000 examples of 16,384 tokens.
        Lies(check.Flops, 152 * 3600 * 989.4e12 * 0.03, 6 * 32e9 * 1.15 * 3 * 17_000 * 16_384);
        // MATH-500: (86.4 − 81.4) / (92.2 − 81.4) of the gap, $90 a point.
        var gap = check.Gaps.Single(gap => gap.Part == "math500");
        Assert.Equal(5 / 10.8, gap.Recovered!.Value, 1e-9);
        Assert.Equal(90, gap.UsdPerPoint!.Value, 1e-9);
    }

    [Fact]
    public void S1_agrees_with_itself_and_its_repository_s_log_is_another_run()
    {
        // 16 × 26 min = 6.93 GPU-hours, stated 7; at $1.70 to $4.50.
        var check = Run("s1-32b");
        Assert.Equal(Verdict.Inside, check.Verdict);
        Finds(check, "aime2024", "GPU-hours", 16 * 0.4333, 7, true);
        Lies(check.Dollars, 7 * 1.7, 7 * 4.5);
        Assert.Equal(Verdict.Inside, Run("s1-repo-log").Verdict);
        // Measured anew by others, it cost the same, and is no second cost.
        var anew = Run("reeval-evalchemy-s1-32b");
        Assert.Equal(check.Dollars, anew.Dollars);
        Assert.Empty(anew.Open);
    }

    [Fact]
    public void Alpaca_s_bounds_add_up_and_bound_the_cost_from_above()
    {
        // $500 + $100 = $600; 8 × 3 h = 24 GPU-hours at no more than $100 / 24 = $4.17.
        var check = Run("alpaca-7b");
        Assert.Equal(Verdict.Inside, check.Verdict);
        Finds(check, "total-cost", "dollars by other statements", 600, 600, true);
        Finds(check, "finetune-cost", "implied dollars a GPU-hour", 100 / 24.0, null, null);
        Assert.Equal(new Bounds(0, 600), check.Dollars);
        Lies(check.GpuHours, 24, 24);
        // From below by 9% of the peak of an A100; from above by 3 passes over 52,000 examples of 512 tokens.
        Lies(check.Flops, 24 * 3600 * 312e12 * 0.09, 6 * 7e9 * 1.15 * 3 * 52_000 * 512);
        Assert.Equal((600, 100), (check.StatedCost, check.RentedCost));
    }

    [Fact]
    public void Phi_1_is_bounded_by_its_fifty_one_billion_tokens()
    {
        // 770 stated hours, 8 × 96 = 768; an A100 cost $1.10 to $5.07 in 2023. 6 × 1.3e9 × 51e9 over 770 h: 46%.
        var check = Run("phi-1");
        Finds(check, "humaneval", "GPU-hours", 768, 770, true);
        Finds(check, "humaneval", "MFU", 6 * 1.3e9 * 51e9 / (770 * 3600.0 * 312e12), null, null);
        Lies(check.Dollars, 770 * 1.1, 770 * 5.07);
        Lies(check.Flops, 0.9 * 6 * 1.3e9 * 51e9, 1.15 * 6 * 1.3e9 * 51e9);
    }

    [Fact]
    public void A_cost_alone_bounds_the_hours_by_the_prices_of_the_year()
    {
        // $140 in 2023 buy 11.4 hours of an H100 at $12.29 to 127 of an A100 at $1.10.
        var check = Run("vicuna-7b");
        Lies(check.Dollars, 140, 140);
        Lies(check.GpuHours, 140 / 12.29, 140 / 1.1);
        Assert.Contains(check.Open, open => open.Name == "the GPU");
        Assert.Equal(["GPU-hours", "tokens"], check.Absent.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Hours_alone_bound_the_cost_by_the_prices_of_the_year()
    {
        // 4 nodes of 8 H100s for 20 h; 3 passes over 114,000 examples of at most 16,384 tokens.
        var check = Run("openthinker-7b");
        Lies(check.GpuHours, 640, 640);
        Lies(check.Dollars, 640 * 1.7, 640 * 4.5);
        Lies(check.Flops, 640 * 3600 * 989.4e12 * 0.09, 6 * 7e9 * 1.15 * 3 * 114_000 * 16_384);
    }

    [Theory]
    // 8 × 24 h; $300 / 192 = $1.56.
    [InlineData("vicuna-13b", "cost", "implied dollars a GPU-hour", 300 / 192.0)]
    // $4,500 / 3,800 = $1.184.
    [InlineData("deepscaler-1.5b", "aime2024", "implied dollars a GPU-hour", 4500 / 3800.0)]
    // 384 × 30 h = 11,520.
    [InlineData("openthinker-32b-unverified", "compute", "GPU-hours", 11_520)]
    // 6 × 1.1e9 × 3e12 over 16 × 2,160 h × 312e12: 51%.
    [InlineData("tinyllama-1.1b", "plan", "MFU", 6 * 1.1e9 * 3e12 / (16 * 2160 * 3600.0 * 312e12))]
    // 6 × 14e9 × 9.8e12 over 1,920 × 504 h × 989.4e12: 24%.
    [InlineData("phi-4", "gpqa", "MFU", 6 * 14e9 * 9.8e12 / (1920 * 504 * 3600.0 * 989.4e12))]
    // 6 × 1e9 × 300e9 over 4,830 h × 312e12: 33%.
    [InlineData("pythia-1b", "300b", "MFU", 6 * 1e9 * 300e9 / (4830 * 3600.0 * 312e12))]
    public void Single_figures_are_as_worked_by_hand(string run, string part, string name, double value)
    {
        var check = Run(run);
        Assert.Equal(
            value,
            check.Findings.Single(finding => finding.Part == part && finding.Name == name).Value,
            value * 1e-9
        );
        Assert.Equal(Verdict.Inside, check.Verdict);
    }

    [Fact]
    public void An_error_metric_s_gap_is_a_gap_too() =>
        Assert.Equal((146 - 74) / (146.0 - 67), Run("hinton2015-mnist").Gaps.Single().Recovered!.Value, 1e-9);
}
