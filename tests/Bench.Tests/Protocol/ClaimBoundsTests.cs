using Bench.Protocol.Claims;
using Bench.Protocol.Units;

namespace Bench.Tests.Protocol;

/// <summary>Claims that are made up, their bounds and verdicts worked by hand.</summary>
public sealed class ClaimBoundsTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();

    public void Dispose() => scratch.Dispose();

    private RunCheck Single(string row)
    {
        File.WriteAllText(scratch.File("claims.csv"), ClaimTableTests.Header + "\n" + row + "\n");
        return ClaimChecker
            .Check(ClaimTable.Read(scratch.File("claims.csv")), ClaimTests.Usual with { CrossChecks = [] })
            .Single();
    }

    [Theory]
    // 6 × 1e9 × 1e13 over 80 h × 3600 × 989.4e12 is 211 times the peak; 0.9 to 1.15 of it.
    [InlineData(
        "1e9",
        "1e13",
        "H100",
        "8",
        "10",
        "",
        "",
        Verdict.OutsideEveryPlausibleRange,
        "y: utilisation 190 to 242, where 0.05 to 0.6 is plausible"
    )]
    [InlineData(
        "1e9",
        "1e9",
        "H100",
        "8",
        "1000",
        "",
        "",
        Verdict.OutsideEveryPlausibleRange,
        "where 0.05 to 0.6 is plausible"
    )]
    [InlineData(
        "",
        "",
        "H100",
        "8",
        "10",
        "",
        "8000",
        Verdict.OutsideEveryPlausibleRange,
        "y: 100 dollars a GPU-hour, where 1.7 to 4.5 is plausible"
    )]
    [InlineData(
        "",
        "",
        "H100",
        "8",
        "10",
        "160",
        "",
        Verdict.ContradictsItself,
        "GPU-hours: gpu_count × wall_hours gives 80, stated is 160, a factor of 2.00"
    )]
    [InlineData(
        "",
        "",
        "H100",
        "8",
        "",
        "",
        "",
        Verdict.Inside,
        "no bound; not found in u: parameters, tokens, GPU-hours, dollars"
    )]
    [InlineData("", "", "Abacus", "8", "10", "", "80", Verdict.Inside, "80 dollars; 80 GPU-hours")]
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
        var check = Single(ClaimTableTests.Row("x/y", parameters, tokens, gpu, count, hours, gpuHours, cost));
        Assert.Equal(verdict, check.Verdict);
        Assert.Contains(says, check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_is_found_narrows_the_bounds_by_what_the_table_said_it_would()
    {
        // 1e9 tokens: 6 × 1.3e9 × 1e9 × 0.9 to 1.15 FLOPs, over 5 to 60% of an H100's peak, at $1.70 to $4.50.
        var open = Single(ClaimTableTests.Row("x/y", parameters: "1.3e9", tokens: "1e9", gpu: "H100"));
        ClaimTests.Lies(
            open.GpuHours,
            0.9 * 6 * 1.3e18 / (0.6 * 3600 * 989.4e12),
            1.15 * 6 * 1.3e18 / (0.05 * 3600 * 989.4e12)
        );
        Assert.Equal(["parameters", "price of a GPU-hour", "utilisation"], Names(open));
        var price = open.Open.Single(number => number.Name == "price of a GPU-hour");
        Assert.Equal(new Bounds(1.7, 4.5), price.Bounds);
        Assert.Equal(4.5 / 1.7, price.Factor!.Value / price.FactorIfKnown!.Value, 1e-9);
        var found = Single(ClaimTableTests.Row("x/y", parameters: "1.3e9", tokens: "1e9", gpu: "H100", price: "2.5"));
        Assert.Equal(price.FactorIfKnown!.Value, found.Dollars!.Value.Factor, 1e-9);
        Assert.Equal(["parameters", "utilisation"], Names(found));
        // Hours that are found leave nothing open of the dollars but the price.
        var hours = Single(ClaimTableTests.Row("x/y", "1.3e9", "1e9", "H100", gpuHours: "10"));
        ClaimTests.Lies(hours.Dollars, 17, 45);
    }

    private static string[] Names(RunCheck check) =>
        [.. check.Open.Select(open => open.Name).Order(StringComparer.Ordinal)];

    [Fact]
    public void Prices_are_of_the_claim_s_year_or_wider_by_half_for_every_year_between()
    {
        MarketPrice[] quotes =
        [
            new("X1 large", 1e15, 2, 3, "2024-05") { Market = "on demand" },
            new("X1", 1e15, 1, 2, "2024-11") { Market = "spot" },
            new("X1", 1e15, 9, 9, "2021"),
            new("Y1", 1e15, 7, 7, "2024"),
        ];
        Assert.Equal(new Bounds(1, 3), MarketPrice.At(quotes, "X1 40GB", 2024).Bounds);
        Assert.Equal(new Bounds(1 / 2.25, 3 * 2.25), MarketPrice.At(quotes, "x1", 2026).Bounds);
        Assert.Equal(new Bounds(6, 13.5), MarketPrice.At(quotes, "X1", 2020).Bounds);
        Assert.Equal(new Bounds(1, 9), MarketPrice.At(quotes, "X1", null).Bounds);
        Assert.Equal("quotes for the X1: 2024-05 on demand, 2024-11 spot", MarketPrice.At(quotes, "X1", 2024).Reason);
    }

    [Fact]
    public void Bounds_are_of_sums_products_and_quotients()
    {
        var (a, b) = (new Bounds(1, 4), new Bounds(2, 3));
        Assert.Equal((new Bounds(3, 7), new Bounds(2, 12)), (a + b, a * b));
        Assert.Equal((new Bounds(1 / 3.0, 2), new Bounds(2, 3)), (a / b, a.Meet(b)));
        Assert.Null(a.Meet(new Bounds(5, 6)));
        Assert.Equal((new Bounds(1, 6), 2, 4), (a.Hull(new Bounds(5, 6)), a.Middle, a.Factor));
        Assert.Equal((1, 1), (Bounds.Exactly(0).Factor, Bounds.Exactly(7).Factor));
        Assert.Equal(("1 to 4", "at most 12,300"), (a.ToString(), new Bounds(0, 12_345).ToString()));
    }
}
