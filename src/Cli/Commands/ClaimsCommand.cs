using System.CommandLine;
using System.Text.Json;
using Bench.Cli.Execution;
using Bench.Protocol.Claims;
using Bench.Protocol.Ledger;
using Bench.Protocol.Units;
using Bench.Report;

namespace Bench.Cli.Commands;

/// <summary>bench claims: published cost claims, recomputed.</summary>
internal static class ClaimsCommand
{
    internal static Command Create()
    {
        var file = new Argument<string?>("file")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A table of claims (default: experiments/claims/claims.csv, whose README names the columns).",
        };
        var prices = new Option<string?>("--prices")
        {
            Description =
                "A table of accelerators, their peaks and dated prices (default: experiments/claims/prices.csv).",
        };
        var ranges = new Option<string?>("--ranges")
        {
            Description =
                "A table of what is assumed of quantities that sources leave open (default: "
                + "experiments/claims/ranges.csv).",
        };
        var crossChecks = new Option<string?>("--crosschecks")
        {
            Description =
                "A table of what rows say of each other (default: crosschecks.csv beside the claims, if there is one).",
        };
        var output = new Option<string?>("--out")
        {
            Description =
                "Write verdicts, findings, tables and figures into this folder (default for the project's own tables "
                + "at the usual tolerances: results/claims).",
        }.NotEmpty();
        var agreement = new Option<double>("--tolerance")
        {
            Description = "The share by which two figures of one quantity may differ.",
            DefaultValueFactory = _ => Assumptions.UsualTolerance,
        };
        var json = new Option<bool>("--json")
        {
            Description = "Every verdict with its inputs, formulas and figures, one JSON object a run.",
        };
        agreement.Within(0, 10);
        var command = new Command("claims", "Recompute published cost claims, and bound what they leave open.")
        {
            file,
            prices,
            ranges,
            crossChecks,
            output,
            agreement,
            json,
        };
        command.SetAction(parsed =>
            Show(
                new Tables(
                    parsed.GetValue(file),
                    parsed.GetValue(prices),
                    parsed.GetValue(ranges),
                    parsed.GetValue(crossChecks)
                ),
                parsed.GetValue(agreement),
                parsed.GetValue(output),
                parsed.GetValue(json)
            )
        );
        return command;
    }

    // Those that were named; the others are the project's own.
    private sealed record Tables(string? Claims, string? Prices, string? Ranges, string? CrossChecks)
    {
        internal bool AreOwn => this == new Tables(null, null, null, null);
    }

    private static int Show(Tables tables, double tolerance, string? output, bool json)
    {
        var checks = Checked(tables, tolerance);
        // The committed results are those of the project's own tables at the usual tolerance.
        var usual = tables.AreOwn && tolerance == Assumptions.UsualTolerance;
        var results = (output ?? (usual ? Path.Combine(Workplace.Current.Root, "results", "claims") : null))
            is { } folder
            ? new ResultsFolder(folder)
            : null;
        results?.CheckWritable();
        if (json)
            foreach (var check in checks)
                Console.WriteLine(JsonSerializer.Serialize(Told(check), JsonLines.Compact));
        else
            Console.Write(ClaimReport.Text(checks, tolerance));
        if (results is null)
            return ExitCodes.Done;
        ClaimReport.Write(results, checks, tolerance);
        if (!json)
            Console.WriteLine(
                $"tables and figures: {Path.GetRelativePath(Directory.GetCurrentDirectory(), results.Path)}"
            );
        return ExitCodes.Done;
    }

    private static IReadOnlyList<RunCheck> Checked(Tables tables, double tolerance)
    {
        var own = Path.Combine(Workplace.Current.Root, "experiments", "claims");
        var claims = ClaimTable.WithItems(
            ClaimTable.Read(tables.Claims ?? Path.Combine(own, "claims.csv")),
            Path.Combine(own, "benchmarks.csv")
        );
        var beside =
            tables.CrossChecks
            ?? Path.Combine(
                tables.Claims is { } file ? Path.GetDirectoryName(Path.GetFullPath(file))! : own,
                "crosschecks.csv"
            );
        return ClaimChecker.Check(
            claims,
            new Assumptions(
                ClaimTable.Prices(tables.Prices ?? Path.Combine(own, "prices.csv")),
                ClaimTable.Ranges(tables.Ranges ?? Path.Combine(own, "ranges.csv")),
                tables.CrossChecks is not null || File.Exists(beside) ? ClaimTable.CrossChecks(beside, claims) : []
            )
            {
                Tolerance = tolerance,
            }
        );
    }

    private static double[]? Pair((double Low, double High)? interval) =>
        interval is { } ends ? [ends.Low, ends.High] : null;

    private static double[]? Pair(Bounds? bounds) => bounds is { } ends ? [ends.Low, ends.High] : null;

    private static object Told(RunCheck check) =>
        new
        {
            run = check.Run,
            verdict = VerdictRow.Name(check.Verdict),
            reason = check.Reason,
            stated_cost_usd = check.StatedCost,
            usd = Pair(check.Dollars),
            gpu_hours = Pair(check.GpuHours),
            flops = Pair(check.Flops),
            utilisation = Pair(check.Utilisation),
            market_cost_usd = Pair(check.MarketCost),
            not_found = check.Absent,
            sources = check.Sources,
            open = check.Open.Select(open => new
            {
                part = open.Part,
                quantity = open.Name,
                range = Pair(open.Bounds),
                reason = open.Reason,
                usd_factor = open.Factor,
                usd_factor_if_known = open.FactorIfKnown,
            }),
            findings = check.Findings.Select(Told),
            gaps = check.Gaps.Select(gap => new
            {
                benchmark = gap.Benchmark,
                metric = gap.Metric,
                items = gap.Items,
                gap = gap.Published?.Gap,
                gap_unpaired = Pair(gap.Published?.Unpaired),
                gap_paired = Pair(gap.Published?.Paired),
                recovered = gap.Recovered,
                usd_per_point = gap.UsdPerPoint,
            }),
        };

    private static object Told(Finding finding) =>
        new
        {
            part = finding.Part,
            name = finding.Name,
            formula = finding.Formula,
            inputs = finding.Inputs,
            value = finding.Value,
            stated = finding.Stated,
            holds = finding.Holds,
            factor = finding.Factor,
            remark = finding.Remark,
        };
}
