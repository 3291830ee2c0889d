using System.Globalization;

namespace Bench.Protocol.Claims;

/// <summary>
/// Recomputes what published cost claims imply: GPU-hours from GPUs × hours, dollars from GPU-hours × price, training
/// FLOPs as 6·N·D (Kaplan et al. 2020) with the active parameters of a mixture of experts, the share of the peak that
/// they imply (MFU), the price that cost and hours imply. Rows of a run that repeat its costs are one statement.
/// </summary>
public static class ClaimChecker
{
    /// <summary>The verdict on every run, in the order of the table.</summary>
    public static IReadOnlyList<RunCheck> Check(
        IReadOnlyList<Claim> claims,
        IReadOnlyList<MarketPrice> prices,
        IReadOnlyList<CrossCheck> crossChecks,
        Tolerances tolerances
    ) =>
        [
            .. claims
                .GroupBy(claim => claim.Run, StringComparer.Ordinal)
                .Select(run =>
                    Check(
                        run.Key,
                        [.. run],
                        prices,
                        [.. crossChecks.Where(check => check.Claim.Run == run.Key)],
                        tolerances
                    )
                ),
        ];

    private static RunCheck Check(
        string run,
        IReadOnlyList<Claim> rows,
        IReadOnlyList<MarketPrice> prices,
        IReadOnlyList<CrossCheck> crossChecks,
        Tolerances tolerances
    )
    {
        var works = rows.Where(row => row.HasCost).DistinctBy(row => row.Work).ToArray();
        var (findings, missing) = (new List<Finding>(), new List<string>());
        foreach (var work in works)
        {
            var price = MarketPrice.Find(prices, work.Gpu);
            findings.AddRange(Hours(work, tolerances));
            findings.AddRange(Dollars(work, price, tolerances));
            findings.AddRange(Compute(work, price, tolerances));
            missing.AddRange(Missing(work, price));
        }

        findings.AddRange(crossChecks.Select(check => Crossed(check, tolerances)));
        var stated = Total(works, Quantity.Cost, crossChecks);
        // Money for data or people is no cost of GPU-hours.
        var rented = Total(
            [.. works.Where(work => Quantity.GpuHours.Of(work) is not null)],
            Quantity.Cost,
            [.. crossChecks.Where(check => Quantity.GpuHours.Of(check.Claim) is not null)]
        );
        var hours = Total(works, Quantity.GpuHours, crossChecks);
        var market = works
            .Select(work => MarketPrice.Find(prices, work.Gpu))
            .FirstOrDefault(price => price is not null);
        if (works.Length == 0)
            missing.Add("nothing is stated of GPUs, hours, tokens or cost");
        var (verdict, reason) = Judge(findings, missing);
        return new RunCheck(
            Run: run,
            Verdict: verdict,
            Reason: reason,
            Findings: findings,
            Missing: [.. missing.Distinct()],
            Gaps: [.. rows.Select(row => GapRecovered.Of(row, stated)).OfType<GapRecovered>()]
        )
        {
            StatedCost = stated,
            RentedCost = rented,
            MarketCost = hours is { } known && market is not null ? (known * market.Low, known * market.High) : null,
        };
    }

    private static IEnumerable<Finding> Hours(Claim work, Tolerances tolerances)
    {
        if (work is not { GpuCount: { } count, WallHours: { } hours })
            yield break;
        var value = count * hours;
        yield return new Finding(
            Part: work.Part,
            Name: "GPU-hours",
            Formula: "gpu_count × wall_hours",
            Inputs: Inputs(("gpu_count", count), ("wall_hours", hours)),
            Value: value
        )
        {
            Stated = work.GpuHours,
            Holds = work.GpuHours is { } stated ? Agree(value, stated, tolerances.Agreement) : null,
            Contradicts = true,
        };
    }

    private static IEnumerable<Finding> Dollars(Claim work, MarketPrice? market, Tolerances tolerances)
    {
        if (Quantity.GpuHours.Of(work) is not { } hours)
            yield break;
        if (work.Price is { } price)
        {
            var value = hours * price;
            yield return new Finding(
                Part: work.Part,
                Name: "dollars at the stated price",
                Formula: "gpu_hours × stated_price_per_gpu_hour",
                Inputs: Inputs(("gpu_hours", hours), ("stated_price_per_gpu_hour", price)),
                Value: value
            )
            {
                Stated = work.Cost,
                Holds = work.Cost is { } stated
                    ? work.CostIsBound
                        ? value <= stated * (1 + tolerances.Agreement)
                        : Agree(value, stated, tolerances.Agreement)
                    : null,
                Contradicts = true,
                Remark = work.CostIsBound ? "the stated cost is an upper bound" : "",
            };
        }

        if (market is not null)
        {
            foreach (var (rate, which) in ((double, string)[])[(market.Low, "lowest"), (market.High, "highest")])
                yield return new Finding(
                    Part: work.Part,
                    Name: $"dollars at the {which} market price",
                    Formula: "gpu_hours × market price",
                    Inputs: Inputs(("gpu_hours", hours), ("usd_per_hour", rate)),
                    Value: hours * rate
                )
                {
                    Remark = $"{market.Name}, {market.Date}",
                };
        }

        if (work.Cost is not { } cost || hours == 0)
            yield break;
        var implied = cost / hours;
        // An upper bound of the cost bounds the price from above only.
        yield return new Finding(
            Part: work.Part,
            Name: "implied dollars a GPU-hour",
            Formula: "stated_cost_usd / gpu_hours",
            Inputs: Inputs(("stated_cost_usd", cost), ("gpu_hours", hours)),
            Value: implied
        )
        {
            Least = market?.Low,
            Most = work.CostIsBound ? null : market?.High,
            Holds = market is null
                ? null
                : implied >= market.Low * (1 - tolerances.Price)
                    && (work.CostIsBound || implied <= market.High * (1 + tolerances.Price)),
            Remark =
                work.CostIsBound ? "an upper bound"
                : market is null ? "no market price is known"
                : $"market range of {market.Name}, {market.Date}",
        };
    }

    private static IEnumerable<Finding> Compute(Claim work, MarketPrice? market, Tolerances tolerances)
    {
        if ((work.Number("active_params") ?? work.Parameters) is not { } parameters || Tokens(work) is not { } tokens)
            yield break;
        var flops = 6 * parameters * tokens.Value;
        var bound = tokens.IsLeast ? "at least: how many passes were made is not stated" : "";
        yield return new Finding(
            Part: work.Part,
            Name: "training FLOPs",
            Formula: $"6 × parameters × {tokens.Formula}",
            Inputs: Inputs([("parameters", parameters), .. tokens.Inputs]),
            Value: flops
        )
        {
            Remark = bound,
        };
        if (market?.PeakFlops is not { } peak || Quantity.GpuHours.Of(work) is not { } hours || hours == 0)
            yield break;
        var share = flops / (hours * 3600 * peak);
        yield return new Finding(
            Part: work.Part,
            Name: "MFU",
            Formula: "FLOPs / (gpu_hours × 3600 × peak)",
            Inputs: Inputs(("flops", flops), ("gpu_hours", hours), ("peak_flops_per_second", peak)),
            Value: share
        )
        {
            Least = tolerances.LeastMfu,
            Most = tolerances.MostMfu,
            // A quantity known from below can only be too much.
            Holds = tokens.IsLeast
                ? share > tolerances.MostMfu
                    ? false
                    : null
                : share >= tolerances.LeastMfu && share <= tolerances.MostMfu,
            Remark = bound.Length > 0 ? bound : $"peak of {market.Name}",
        };
    }

    // All tokens that were processed: as stated, or of one pass times the passes.
    internal static (double Value, string Formula, (string, double)[] Inputs, bool IsLeast)? Tokens(Claim work)
    {
        if (work.Tokens is { } stated && work.Keys.GetValueOrDefault("tokens_basis") != "per_epoch")
            return (stated, "train_tokens", [("train_tokens", stated)], false);
        if ((work.Tokens ?? work.Number("derived_train_tokens_per_epoch")) is not { } pass)
            return null;
        return (work.Epochs ?? work.Number("epochs_min")) is { } epochs
            ? (
                pass * epochs,
                "tokens of a pass × passes",
                [("tokens_of_a_pass", pass), ("passes", epochs)],
                work.Epochs is null
            )
            : (pass, "tokens of one pass", [("tokens_of_a_pass", pass)], true);
    }

    private static Finding Crossed(CrossCheck check, Tolerances tolerances)
    {
        var parts = check.Others.ToDictionary(
            other => other.Id,
            other => check.OtherQuantity.Of(other) ?? 0,
            StringComparer.Ordinal
        );
        var value = check.Factor * parts.Values.Sum();
        var inputs =
            check.Factor == 1 ? parts : parts.Append(new("factor", check.Factor)).ToDictionary(StringComparer.Ordinal);
        return new Finding(
            Part: check.Claim.Part,
            Name: $"{check.Quantity.Label} by other statements",
            Formula: check.Factor == 1 ? "sum of the parts" : $"{check.OtherQuantity.Column} × factor",
            Inputs: inputs,
            Value: value
        )
        {
            Stated = check.Quantity.Of(check.Claim),
            Holds = check.Quantity.Of(check.Claim) is { } stated ? Agree(value, stated, tolerances.Agreement) : null,
            Contradicts = true,
            Remark = check.Reason,
        };
    }

    private static IEnumerable<string> Missing(Claim work, MarketPrice? market)
    {
        var hours = Quantity.GpuHours.Of(work) is not null;
        if (!hours)
        {
            string[] absent =
            [
                .. new[] { (work.GpuCount is null, "the number of GPUs"), (work.WallHours is null, "the hours") }
                    .Where(entry => entry.Item1)
                    .Select(entry => entry.Item2),
            ];
            yield return $"GPU-hours: {string.Join(" and ", absent)}";
        }

        if (hours && work.Gpu.Length == 0)
            yield return "the price and the MFU: which GPU it was";
        else if (hours && market is null)
            yield return $"the price and the MFU: the rent and the peak of the {work.Gpu}";
        if (work.Cost is null)
            yield return "the price: the cost";
        if (Tokens(work) is null && work.Method is not "other")
            yield return "the FLOPs: how many tokens were trained on";
        else if (Tokens(work) is { IsLeast: true })
            yield return "the FLOPs: how often they were seen";
        if (work.Parameters is null && work.Method is not "other")
            yield return "the FLOPs: how many parameters";
    }

    // Parts of a total are in it.
    private static double? Total(IReadOnlyList<Claim> works, Quantity quantity, IReadOnlyList<CrossCheck> crossChecks)
    {
        var totals = crossChecks
            .Where(check => check.Quantity == quantity && check.Factor == 1)
            .Select(check => check.Claim)
            .ToArray();
        var counted = totals.Length > 0 ? totals : works;
        var known = counted.Select(quantity.Of).OfType<double>().ToArray();
        return known.Length == 0 ? null : known.Sum();
    }

    private static (Verdict, string) Judge(IReadOnlyList<Finding> findings, IReadOnlyList<string> missing)
    {
        var checks = findings.Where(finding => finding.Holds is not null).ToArray();
        if (
            checks
                .Where(finding => finding is { Holds: false, Contradicts: true })
                .MaxBy(finding => finding.Factor ?? 0) is
            { } worst
        )
            return (
                Verdict.Inconsistent,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{worst.Name}: {worst.Formula} gives {Shown(worst.Value)}, stated is "
                        + $"{Shown(worst.Stated!.Value)}, a factor of {worst.Factor:0.00}{Remark(worst)}"
                )
            );
        if (checks.FirstOrDefault(finding => finding.Holds == false) is { } strange)
            return (
                Verdict.Implausible,
                $"{strange.Name}: {Shown(strange.Value)} lies outside "
                    + $"{(strange.Least is { } low ? Shown(low) : "…")} to "
                    + $"{(strange.Most is { } high ? Shown(high) : "…")}{Remark(strange)}"
            );
        if (checks.Length == 0)
            return (Verdict.UnderDetermined, $"not stated: {string.Join("; ", missing.Distinct().Take(3))}");
        // A run in stages, or with several records, says of each figure whose it is.
        var several = checks.Select(finding => finding.Part).Distinct().Count() > 1;
        var agreeing = checks
            .Select(finding =>
                $"{(several ? finding.Part + ": " : "")}{finding.Name} "
                + $"{Shown(finding.Value)}{(finding.Stated is { } stated ? $" against {Shown(stated)}" : "")}"
            )
            .Distinct()
            .ToArray();
        var more = agreeing.Length > 3 ? $"; and {agreeing.Length - 3} more" : "";
        return (Verdict.Consistent, string.Join("; ", agreeing.Take(3)) + more);
    }

    private static string Remark(Finding finding) => finding.Remark.Length > 0 ? $" ({finding.Remark})" : "";

    /// <summary>A figure in three digits, or more where it is a count.</summary>
    public static string Shown(double value) =>
        value switch
        {
            0 => "0",
            >= 1e9 or < 1e-3 => value.ToString("0.00e0", CultureInfo.InvariantCulture),
            >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
            _ => value.ToString("0.###", CultureInfo.InvariantCulture),
        };

    private static bool Agree(double a, double b, double tolerance) =>
        a == b || (a > 0 && b > 0 && Math.Max(a / b, b / a) <= 1 + tolerance);

    private static Dictionary<string, double> Inputs(params (string Name, double Value)[] inputs) =>
        inputs.ToDictionary(input => input.Name, input => input.Value, StringComparer.Ordinal);
}
