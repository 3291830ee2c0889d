using System.Globalization;
using Bench.Protocol.Units;

namespace Bench.Protocol.Claims;

/// <summary>
/// Recomputes what published cost claims imply, and bounds what they leave open. Stated numbers against each other:
/// GPUs × hours, GPU-hours × price, totals and their parts. Open ones: <see cref="WorkBounds"/>. Rows of a run that
/// repeat its costs are one statement.
/// </summary>
public static class ClaimChecker
{
    /// <summary>The verdict on every run, in the order of the table.</summary>
    public static IReadOnlyList<RunCheck> Check(IReadOnlyList<Claim> claims, Assumptions assumptions)
    {
        var runs = claims.GroupBy(claim => claim.Run, StringComparer.Ordinal).ToArray();
        var checks = runs.ToDictionary(
            run => run.Key,
            run => Check(run.Key, [.. run], assumptions),
            StringComparer.Ordinal
        );
        return
        [
            .. runs.Select(run =>
                run.Select(row => row.SameRunAs).FirstOrDefault(name => name is not null) is { } other
                && !run.Any(row => row.HasCost)
                    ? Measured(checks[run.Key], other, checks)
                    : checks[run.Key]
            ),
        ];
    }

    // A row that measures another's model anew cost what that one did.
    private static RunCheck Measured(RunCheck check, string other, Dictionary<string, RunCheck> checks) =>
        checks.TryGetValue(other, out var first)
            ? first with
            {
                Run = check.Run,
                Reason = $"measures {other} anew: {first.Reason}",
                Findings = [],
                Open = [],
                Gaps = check.Gaps,
            }
            : check;

    private static RunCheck Check(string run, IReadOnlyList<Claim> rows, Assumptions assumptions)
    {
        var crossChecks = assumptions.CrossChecks.Where(check => check.Claim.Run == run).ToArray();
        var works = rows.Where(row => row.HasCost).DistinctBy(row => row.Work).ToArray();
        var bounds = works.ToDictionary(
            work => work,
            work => WorkBounds.Of(work, assumptions.Prices, assumptions.Ranges, assumptions.Tolerance)
        );
        Bounds? Sum(Quantity quantity, Func<WorkBounds, Bounds?> of) =>
            Summed(Counted(works, quantity, crossChecks), quantity, work => of(bounds[work]));

        var stated = Total(works, Quantity.Cost, crossChecks);
        return Judged(
            new RunCheck(
                Run: run,
                Verdict: Verdict.Inside,
                Reason: "",
                Findings:
                [
                    .. works.SelectMany(work => Stated(work, assumptions)),
                    .. crossChecks.Select(check => Crossed(check, assumptions.Tolerance)),
                ],
                Open: [.. works.SelectMany(work => bounds[work].Open)],
                Gaps: [.. rows.Select(row => GapRecovered.Of(row, stated)).OfType<GapRecovered>()]
            )
            {
                Flops = Sum(Quantity.GpuHours, work => work.Flops),
                GpuHours = Sum(Quantity.GpuHours, work => work.GpuHours),
                Dollars = Sum(Quantity.Cost, work => work.Dollars),
                Utilisation = WorkBounds.Hull(
                    [.. Trained(works, crossChecks).Select(work => bounds[work])],
                    work => work.Utilisation
                ),
                Absent = Claim.AbsentFrom(works),
                Sources = [.. rows.Select(row => row.Source).Where(source => source.Length > 0).Distinct()],
                StatedCost = stated,
                RentedCost = Rented(works, crossChecks),
                MarketCost = AtMarket(works, Total(works, Quantity.GpuHours, crossChecks), assumptions.Prices),
            },
            works
                .Select(work => bounds[work].Outside is { } outside ? (work.Part, outside) : default)
                .FirstOrDefault(found => found.outside is not null)
        );
    }

    // Money for data or people is no cost of GPU-hours.
    private static double? Rented(Claim[] works, CrossCheck[] crossChecks) =>
        Total(
            [.. works.Where(work => Quantity.GpuHours.Of(work) is not null)],
            Quantity.Cost,
            [.. crossChecks.Where(check => Quantity.GpuHours.Of(check.Claim) is not null)]
        );

    private static IEnumerable<Claim> Trained(Claim[] works, CrossCheck[] crossChecks) =>
        Counted(works, Quantity.GpuHours, crossChecks).Where(work => work.IsTraining);

    // A part that nothing bounds leaves the whole open; data that is bought or written has no hours of training.
    private static Bounds? Summed(IEnumerable<Claim> works, Quantity quantity, Func<Claim, Bounds?> of)
    {
        var parts = works
            .Where(work => quantity == Quantity.Cost || work.IsTraining || of(work) is not null)
            .Select(of)
            .ToArray();
        return parts.Length == 0 || parts.Any(part => part is null) ? null : parts.Aggregate((a, b) => a + b);
    }

    private static Bounds? AtMarket(Claim[] works, double? hours, IReadOnlyList<MarketPrice> prices) =>
        hours is { } all && works.FirstOrDefault(work => MarketPrice.Find(prices, work.Gpu) is not null) is { } work
            ? all * MarketPrice.At(prices, work.Gpu, work.Year).Bounds
            : null;

    private static IEnumerable<Finding> Stated(Claim work, Assumptions assumptions) =>
        [
            .. Hours(work, assumptions.Tolerance),
            .. Dollars(work, assumptions.Tolerance),
            .. Compute(work, MarketPrice.Find(assumptions.Prices, work.Gpu)),
        ];

    private static IEnumerable<Finding> Hours(Claim work, double tolerance)
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
            Holds = work.GpuHours is { } stated ? Agree(value, stated, tolerance) : null,
        };
    }

    private static IEnumerable<Finding> Dollars(Claim work, double tolerance)
    {
        if (Quantity.GpuHours.Of(work) is not { } hours)
            yield break;
        var remark = work.CostIsBound ? "the stated cost is an upper bound" : "";
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
                        ? value <= stated * (1 + tolerance)
                        : Agree(value, stated, tolerance)
                    : null,
                Remark = remark,
            };
        }

        if (work.Cost is { } cost && hours > 0)
            yield return new Finding(
                Part: work.Part,
                Name: "implied dollars a GPU-hour",
                Formula: "stated_cost_usd / gpu_hours",
                Inputs: Inputs(("stated_cost_usd", cost), ("gpu_hours", hours)),
                Value: cost / hours
            )
            {
                Remark = remark,
            };
    }

    private static IEnumerable<Finding> Compute(Claim work, MarketPrice? device)
    {
        if (work.TrainedParameters is not { } parameters || Tokens(work) is not { } tokens)
            yield break;
        var flops = 6 * parameters * tokens.Value;
        var bound = tokens.IsLeast ? "at least: how many passes were made was not found" : "";
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
        if (device?.Peak(work.Precision) is not { } peak || Quantity.GpuHours.Of(work) is not ({ } hours and > 0))
            yield break;
        yield return new Finding(
            Part: work.Part,
            Name: "MFU",
            Formula: "FLOPs / (gpu_hours × 3600 × peak)",
            Inputs: Inputs(("flops", flops), ("gpu_hours", hours), ("peak_flops_per_second", peak)),
            Value: flops / (hours * 3600 * peak)
        )
        {
            Remark =
                bound.Length > 0
                    ? bound
                    : $"peak of {device.Name}{(work.Precision.Length > 0 ? $" in {work.Precision}" : "")}",
        };
    }

    // All tokens that were processed: as stated, or of one pass times the passes.
    internal static (double Value, string Formula, (string, double)[] Inputs, bool IsLeast)? Tokens(Claim work)
    {
        if (work.Tokens is { } stated && !work.TokensAreOfOnePass)
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

    private static Finding Crossed(CrossCheck check, double tolerance)
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
            Holds = check.Quantity.Of(check.Claim) is { } stated ? Agree(value, stated, tolerance) : null,
            Remark = check.Reason,
        };
    }

    // Parts of a total are in it.
    private static IReadOnlyList<Claim> Counted(
        IReadOnlyList<Claim> works,
        Quantity quantity,
        IReadOnlyList<CrossCheck> crossChecks
    ) =>
        crossChecks
            .Where(check => check.Quantity == quantity && check.Factor == 1)
            .Select(check => works.FirstOrDefault(work => work.Work.Equals(check.Claim.Work)))
            .OfType<Claim>()
            .Distinct()
            .ToArray()
            is { Length: > 0 } totals
            ? totals
            : [.. works.Where(work => !work.IsPart)];

    private static double? Total(IReadOnlyList<Claim> works, Quantity quantity, IReadOnlyList<CrossCheck> crossChecks)
    {
        var known = Counted(works, quantity, crossChecks).Select(quantity.Of).OfType<double>().ToArray();
        return known.Length == 0 ? null : known.Sum();
    }

    private static RunCheck Judged(RunCheck check, (string Part, string Words) outside)
    {
        if (check.Findings.Where(finding => finding.Holds == false).MaxBy(finding => finding.Factor ?? 0) is { } worst)
            return check with
            {
                Verdict = Verdict.ContradictsItself,
                Reason = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{worst.Name}: {worst.Formula} gives {Figure.Shown(worst.Value)}, stated is "
                        + $"{Figure.Shown(worst.Stated!.Value)}, a factor of {worst.Factor:0.00}{Remark(worst)}"
                ),
            };
        if (outside.Words is { } words)
            return check with { Verdict = Verdict.OutsideEveryPlausibleRange, Reason = $"{outside.Part}: {words}" };
        string[] bounds =
        [
            .. new[] { (check.Dollars, "dollars"), (check.GpuHours, "GPU-hours"), (check.Flops, "FLOPs") }
                .Where(entry => entry.Item1 is not null)
                .Select(entry => $"{entry.Item1} {entry.Item2}"),
        ];
        return check with
        {
            Reason =
                bounds.Length > 0
                    ? string.Join("; ", bounds)
                    : $"no bound; not found in {string.Join(", ", check.Sources.DefaultIfEmpty("any source"))}: "
                        + string.Join(", ", check.Absent),
        };
    }

    private static string Remark(Finding finding) => finding.Remark.Length > 0 ? $" ({finding.Remark})" : "";

    private static bool Agree(double a, double b, double tolerance) =>
        a == b || (a > 0 && b > 0 && Math.Max(a / b, b / a) <= 1 + tolerance);

    private static Dictionary<string, double> Inputs(params (string Name, double Value)[] inputs) =>
        inputs.ToDictionary(input => input.Name, input => input.Value, StringComparer.Ordinal);
}
