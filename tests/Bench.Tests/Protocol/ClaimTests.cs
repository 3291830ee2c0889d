using System.Text;
using Bench.Protocol.Claims;
using Bench.Protocol.Licences;
using Bench.Protocol.Reading;

namespace Bench.Tests.Protocol;

/// <summary>Published claims recomputed; the arithmetic of each is worked by hand beside it.</summary>
public sealed class ClaimTests : IDisposable
{
    private static readonly string Own = Path.Combine(Repository.Root, "experiments", "claims");
    private static readonly IReadOnlyList<Claim> Claims = ClaimTable.Read(Path.Combine(Own, "claims.csv"));
    private static readonly IReadOnlyList<MarketPrice> Prices = ClaimTable.Prices(Path.Combine(Own, "prices.csv"));

    private readonly Scratch scratch = Repository.Scratch();

    public void Dispose() => scratch.Dispose();

    private static IReadOnlyList<RunCheck> Checked(Tolerances? tolerances = null) =>
        ClaimChecker.Check(
            Claims,
            Prices,
            ClaimTable.CrossChecks(Path.Combine(Own, "crosschecks.csv"), Claims),
            tolerances ?? new Tolerances()
        );

    private static RunCheck Run(string run, Tolerances? tolerances = null) =>
        Checked(tolerances).Single(check => check.Run == run);

    private static void Finds(RunCheck check, string part, string name, double value, double? stated, bool? holds)
    {
        var finding = check.Findings.Single(finding => finding.Part == part && finding.Name == name);
        Assert.Equal(value, finding.Value, Math.Abs(value) * 1e-9);
        Assert.Equal((stated, holds), (finding.Stated, finding.Holds));
    }

    [Fact]
    public void What_the_table_of_licences_says_is_what_the_gate_acts_on()
    {
        using var stream = File.OpenRead(Path.Combine(Own, "licences.csv"));
        using var csv = CsvHelper.CsvReader.Create(stream, CsvHelper.CsvReaderOptions.Default, leaveOpen: true);
        var rows = new List<(string Licence, string Verdict)>();
        while (csv.Read())
            rows.Add((csv.GetString("licence"), csv.GetString("may_train_other_models_on_outputs")));
        Assert.Equal(28, rows.Count);
        Assert.All(rows, row => Assert.Contains(row.Verdict, (string[])["yes", "conditional", "no", "unclear"]));
        var known = rows.Where(row => LicenceTable.Find(row.Licence) is not null).ToArray();
        Assert.True(known.Length >= 12, $"{known.Length}");
        Assert.All(
            known,
            row => Assert.Equal(row.Verdict, LicenceTable.Find(row.Licence)!.Permission.ToString().ToLowerInvariant())
        );
    }

    [Fact]
    public void Every_run_of_the_table_has_a_verdict_with_a_reason()
    {
        var checks = Checked();
        Assert.Equal(71, checks.Count);
        Assert.All(checks, check => Assert.NotEmpty(check.Reason));
        Assert.All(
            checks.Where(check => check.Verdict == Verdict.UnderDetermined),
            check => Assert.NotEmpty(check.Missing)
        );
        Assert.All(
            checks.Where(check => check.Verdict == Verdict.Consistent),
            check => Assert.Contains(check.Findings, finding => finding.Holds == true)
        );
        Assert.All(checks, check => Assert.DoesNotContain('\n', check.Reason));
    }

    [Fact]
    public void DeepSeek_V3_adds_up()
    {
        var check = Run("deepseek-v3");
        Assert.Equal(Verdict.Consistent, check.Verdict);
        // 2,664,000 + 119,000 + 5,000 = 2,788,000 GPU-hours; × $2 = $5,576,000.
        Finds(check, "total", "GPU-hours by other statements", 2_788_000, 2_788_000, true);
        Finds(check, "total", "dollars at the stated price", 5_576_000, 5_576_000, true);
        Finds(check, "total", "dollars by other statements", 5_576_000, 5_576_000, true);
        // 6 × 37e9 active parameters × 14.8e12 tokens; over 2.664e6 h × 3600 s × 989e12 FLOP/s of an H800: 34.6%.
        Finds(check, "pretraining", "training FLOPs", 6 * 37e9 * 14.8e12, null, null);
        Finds(check, "pretraining", "MFU", 6 * 37e9 * 14.8e12 / (2.664e6 * 3600 * 989e12), null, true);
        Assert.Equal(
            0.346,
            check.Findings.Single(finding => finding is { Part: "pretraining", Name: "MFU" }).Value,
            1e-3
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
        Assert.Equal(Verdict.Consistent, total.Verdict);
        Finds(total, "total-cost", "GPU-hours by other statements", 147_000, 147_000, true);
        Finds(total, "total-cost", "dollars by other statements", 294_000, 294_000, true);
        Finds(total, "rl-stage-cost", "GPU-hours", 40_960, 41_000, true);
        Finds(Run("deepseek-r1-zero"), "cost", "GPU-hours", 101_376, 101_000, true);
        // At a tolerance of one in a thousand, 101,376 is not 101,000.
        Assert.Equal(Verdict.Inconsistent, Run("deepseek-r1-zero", new Tolerances(Agreement: 0.001)).Verdict);
    }

    [Fact]
    public void Sky_T1_s_price_is_a_market_price()
    {
        // 8 GPUs × 19 h = 152 GPU-hours; $450 / 152 = $2.96, between $1.49 and $4.90 for an H100.
        var check = Run("sky-t1-32b");
        Assert.Equal(Verdict.Consistent, check.Verdict);
        Finds(check, "math500", "GPU-hours", 152, null, null);
        Finds(check, "math500", "implied dollars a GPU-hour", 450 / 152.0, null, true);
        Assert.Equal((152 * 1.49, 152 * 4.9), check.MarketCost!.Value);
        // MATH-500: (86.4 − 81.4) / (92.2 − 81.4) of the gap, $90 a point.
        var gap = check.Gaps.Single(gap => gap.Part == "math500");
        Assert.Equal(5 / 10.8, gap.Recovered!.Value, 1e-9);
        Assert.Equal(90, gap.UsdPerPoint!.Value, 1e-9);
    }

    [Fact]
    public void S1_agrees_with_itself_and_not_with_its_log()
    {
        // 16 × 26 min = 6.93 GPU-hours, stated 7; the log's 1.4636 h × 8 GPUs = 11.71.
        var check = Run("s1-32b");
        Assert.Equal(Verdict.Inconsistent, check.Verdict);
        Finds(check, "aime2024", "GPU-hours", 16 * 0.4333, 7, true);
        Finds(check, "aime2024", "GPU-hours by other statements", 8 * 1.4636, 7, false);
        Assert.Contains("a factor of 1.67", check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Alpaca_s_bounds_add_up_and_bound_the_price_from_above()
    {
        // $500 + $100 = $600; 8 × 3 h = 24 GPU-hours at no more than $100 / 24 = $4.17.
        var check = Run("alpaca-7b");
        Assert.Equal(Verdict.Consistent, check.Verdict);
        Finds(check, "total-cost", "dollars by other statements", 600, 600, true);
        Finds(check, "finetune-cost", "implied dollars a GPU-hour", 100 / 24.0, null, true);
        Assert.Null(
            check
                .Findings.Single(finding => finding is { Part: "finetune-cost", Name: "implied dollars a GPU-hour" })
                .Most
        );
        Assert.Equal((600, 100), (check.StatedCost, check.RentedCost));
    }

    [Theory]
    // 8 × 24 h; $300 / 192 = $1.56.
    [InlineData("vicuna-13b", "cost", "implied dollars a GPU-hour", 300 / 192.0, true)]
    // $4,500 / 3,800 = $1.184, within a tenth of the lowest A100 quote, $1.19.
    [InlineData("deepscaler-1.5b", "aime2024", "implied dollars a GPU-hour", 4500 / 3800.0, true)]
    // 384 × 30 h = 11,520.
    [InlineData("openthinker-32b-unverified", "compute", "GPU-hours", 11_520, true)]
    // 6 × 1.1e9 × 3e12 over 16 × 2,160 h × 312e12: 51%.
    [InlineData("tinyllama-1.1b", "plan", "MFU", 6 * 1.1e9 * 3e12 / (16 * 2160 * 3600.0 * 312e12), true)]
    // 6 × 14e9 × 9.8e12 over 1,920 × 504 h × 989.4e12: 24%.
    [InlineData("phi-4", "gpqa", "MFU", 6 * 14e9 * 9.8e12 / (1920 * 504 * 3600.0 * 989.4e12), true)]
    // 6 × 1e9 × 300e9 over 4,830 h × 312e12: 33%.
    [InlineData("pythia-1b", "300b", "MFU", 6 * 1e9 * 300e9 / (4830 * 3600.0 * 312e12), true)]
    public void Single_figures_are_as_worked_by_hand(string run, string part, string name, double value, bool holds)
    {
        var finding = Run(run).Findings.Single(finding => finding.Part == part && finding.Name == name);
        Assert.Equal(value, finding.Value, value * 1e-9);
        Assert.Equal(holds, finding.Holds);
        Assert.Equal(Verdict.Consistent, Run(run).Verdict);
    }

    [Fact]
    public void What_is_known_from_below_is_no_verdict()
    {
        // phi-1: 6 × 1.3e9 × 7e9 tokens of one pass over 8 × 96 h of A100s is 6.3%, at least: how many passes is not
        // stated.
        var check = Run("phi-1");
        Assert.Equal(Verdict.UnderDetermined, check.Verdict);
        Finds(check, "humaneval", "MFU", 6 * 1.3e9 * 7e9 / (768 * 3600.0 * 312e12), null, null);
        Assert.Contains(
            check.Missing,
            missing => missing.Contains("how often they were seen", StringComparison.Ordinal)
        );
        // An error metric's gap is a gap too: (146 − 74) / (146 − 67).
        Assert.Equal(72 / 79.0, Run("hinton2015-mnist").Gaps.Single().Recovered!.Value, 1e-9);
    }

    private const string Header =
        "claim_id,year,title,authors_short,teacher,teacher_licence_spdx_or_name,student,student_params,method,train_e"
        + "xamples,train_tokens,epochs,gpu_type,gpu_count,wall_hours,gpu_hours,stated_cost_usd,stated_price_per_g"
        + "pu_hour,benchmark,metric,teacher_score,student_score_before,student_score_after,source_url,source_"
        + "locator,verified,note";

    private static string Row(
        string id,
        string parameters = "",
        string tokens = "",
        string gpu = "",
        string count = "",
        string hours = "",
        string gpuHours = "",
        string cost = "",
        string price = "",
        string note = ""
    ) =>
        $"{id},2025,t,a,T,MIT,S,{parameters},pretraining,,{tokens},,{gpu},{count},{hours},{gpuHours},{cost},{price},b"
        + $",m,,,,u,l,yes,{note}";

    private RunCheck Single(string row)
    {
        File.WriteAllText(scratch.File("claims.csv"), Header + "\n" + row + "\n");
        return ClaimChecker.Check(ClaimTable.Read(scratch.File("claims.csv")), Prices, [], new Tolerances()).Single();
    }

    [Theory]
    [InlineData("1e9", "1e13", "H100", "8", "10", "", "", Verdict.Implausible, "MFU: 210.565 lies outside 0.02 to 0.7")]
    [InlineData("1e9", "1e9", "H100", "8", "1000", "", "", Verdict.Implausible, "lies outside 0.02 to 0.7")]
    [InlineData(
        "",
        "",
        "H100",
        "8",
        "10",
        "",
        "8000",
        Verdict.Implausible,
        "implied dollars a GPU-hour: 100 lies outside 1.49 to 4.9"
    )]
    [InlineData(
        "",
        "",
        "H100",
        "8",
        "10",
        "160",
        "",
        Verdict.Inconsistent,
        "GPU-hours: gpu_count × wall_hours gives 80, stated is 160, a factor of 2.00"
    )]
    [InlineData("", "", "H100", "8", "", "", "", Verdict.UnderDetermined, "not stated: GPU-hours: the hours")]
    [InlineData("", "", "Abacus", "8", "10", "", "80", Verdict.UnderDetermined, "the rent and the peak of the Abacus")]
    public void The_verdict_names_what_is_wrong(
        string parameters,
        string tokens,
        string gpu,
        string count,
        string hours,
        string gpuHours,
        string cost,
        Verdict verdict,
        string says
    )
    {
        var check = Single(Row("x/y", parameters, tokens, gpu, count, hours, gpuHours, cost));
        Assert.Equal(verdict, check.Verdict);
        Assert.Contains(says, check.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claim_id", "claim", "1:1: the column 'claim_id' is missing")]
    [InlineData(",80,", ",eighty,", "2:16: column gpu_hours: 'eighty' is no number")]
    [InlineData(",80,", ",-80,", "2:16: column gpu_hours: -80 is negative")]
    [InlineData(",80,", ",NaN,", "2:16: column gpu_hours: 'NaN' is no number")]
    [InlineData(
        "pretraining",
        "pre-training",
        "2:9: column method: 'pre-training' is no method; did you mean 'pretraining'?"
    )]
    [InlineData("x/y", "", "2:1: column claim_id: it is empty")]
    [InlineData("2025", "\"2025", "2:2: column year")]
    public void A_malformed_table_is_said_with_row_and_column(string from, string to, string says)
    {
        File.WriteAllText(scratch.File("claims.csv"), $"{Header}\n{Row("x/y", gpuHours: "80")}\n".Altered(from, to));
        var error = Assert.Throws<SpecException>(() => ClaimTable.Read(scratch.File("claims.csv")));
        Assert.Contains("claims.csv:", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_table_of_another_system_and_a_very_long_one_work_and_a_double_id_does_not()
    {
        File.WriteAllBytes(
            scratch.File("a.csv"),
            [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes($"{Header}\r\n{Row("x/y", gpuHours: "80")}\r\n")]
        );
        Assert.Equal(80, ClaimTable.Read(scratch.File("a.csv")).Single().GpuHours);
        File.WriteAllText(scratch.File("b.csv"), $"{Header}\n{Row("x/y")}\n{Row("x/y")}\n");
        Assert.Contains(
            "b.csv:3:1: column claim_id: 'x/y' stands twice",
            Assert.Throws<SpecException>(() => ClaimTable.Read(scratch.File("b.csv"))).Message,
            StringComparison.Ordinal
        );
        File.WriteAllText(scratch.File("c.csv"), Header + "\n");
        Assert.Contains(
            "no claims in it",
            Assert.Throws<UsageException>(() => ClaimTable.Read(scratch.File("c.csv"))).Message,
            StringComparison.Ordinal
        );
        using (var writer = new StreamWriter(scratch.File("d.csv")))
        {
            writer.WriteLine(Header);
            for (var i = 0; i < 1_000_000; i++)
                writer.WriteLine(Row($"r{i / 4}/b{i % 4}", gpu: "H100", count: "8", hours: "10", cost: "200"));
        }

        var checks = ClaimChecker.Check(ClaimTable.Read(scratch.File("d.csv")), Prices, [], new Tolerances());
        Assert.Equal(250_000, checks.Count);
        Assert.All(checks, check => Assert.Equal(Verdict.Consistent, check.Verdict));
    }
}
