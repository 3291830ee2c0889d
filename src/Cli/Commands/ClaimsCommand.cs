using System.CommandLine;
using System.Text.Json;
using Bench.Cli.Execution;
using Bench.Protocol.Claims;
using Bench.Protocol.Ledger;
using Bench.Report;

namespace Bench.Cli.Commands;

/// <summary>bench claims: published cost claims, recomputed.</summary>
internal static class ClaimsCommand
{
    internal static Command Create()
    {
        var usual = new Tolerances();
        var file = new Argument<string?>("file")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A table of claims (default: experiments/claims/claims.csv, whose README names the columns).",
        };
        var prices = new Option<string?>("--prices")
        {
            Description = "A table of accelerators, their peaks and prices (default: experiments/claims/prices.csv).",
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
            DefaultValueFactory = _ => usual.Agreement,
        };
        var least = new Option<double>("--least-mfu")
        {
            Description = "The lowest plausible share of the peak.",
            DefaultValueFactory = _ => usual.LeastMfu,
        };
        var most = new Option<double>("--most-mfu")
        {
            Description = "The highest plausible share of the peak.",
            DefaultValueFactory = _ => usual.MostMfu,
        };
        var price = new Option<double>("--price-tolerance")
        {
            Description = "The share by which a price may lie outside the market's range.",
            DefaultValueFactory = _ => usual.Price,
        };
        var json = new Option<bool>("--json")
        {
            Description = "Every verdict with its inputs, formulas and figures, one JSON object a run.",
        };
        foreach (var share in new[] { agreement, least, most, price })
            share.Within(0, 10);
        var command = new Command("claims", "Recompute published cost claims and say which are consistent.")
        {
            file,
            prices,
            crossChecks,
            output,
            agreement,
            least,
            most,
            price,
            json,
        };
        command.SetAction(parsed =>
            Show(
                parsed.GetValue(file),
                parsed.GetValue(prices),
                parsed.GetValue(crossChecks),
                parsed.GetValue(output),
                new Tolerances(
                    parsed.GetValue(agreement),
                    parsed.GetValue(least),
                    parsed.GetValue(most),
                    parsed.GetValue(price)
                ),
                parsed.GetValue(json)
            )
        );
        return command;
    }

    private static int Show(
        string? file,
        string? prices,
        string? crossChecks,
        string? output,
        Tolerances tolerances,
        bool json
    )
    {
        var own = Path.Combine(Workplace.Current.Root, "experiments", "claims");
        var claims = ClaimTable.WithItems(
            ClaimTable.Read(file ?? Path.Combine(own, "claims.csv")),
            Path.Combine(own, "benchmarks.csv")
        );
        var beside =
            crossChecks
            ?? Path.Combine(file is null ? own : Path.GetDirectoryName(Path.GetFullPath(file))!, "crosschecks.csv");
        var checks = ClaimChecker.Check(
            claims,
            ClaimTable.Prices(prices ?? Path.Combine(own, "prices.csv")),
            crossChecks is not null || File.Exists(beside) ? ClaimTable.CrossChecks(beside, claims) : [],
            tolerances
        );
        // The committed results are those of the project's own tables at the usual tolerances.
        var usual = file is null && prices is null && crossChecks is null && tolerances == new Tolerances();
        var results = (output ?? (usual ? Path.Combine(Workplace.Current.Root, "results", "claims") : null))
            is { } folder
            ? new ResultsFolder(folder)
            : null;
        results?.CheckWritable();
        if (json)
            foreach (var check in checks)
                Console.WriteLine(JsonSerializer.Serialize(Told(check), JsonLines.Compact));
        else
            Console.Write(ClaimReport.Text(checks, tolerances));
        if (results is null)
            return ExitCodes.Done;
        ClaimReport.Write(results, checks, tolerances);
        if (!json)
            Console.WriteLine(
                $"tables and figures: {Path.GetRelativePath(Directory.GetCurrentDirectory(), results.Path)}"
            );
        return ExitCodes.Done;
    }

    private static double[]? Pair((double Low, double High)? interval) =>
        interval is { } ends ? [ends.Low, ends.High] : null;

    private static object Told(RunCheck check) =>
        new
        {
            run = check.Run,
            verdict = VerdictRow.Name(check.Verdict),
            reason = check.Reason,
            stated_cost_usd = check.StatedCost,
            market_cost_usd = check.MarketCost is { } range ? new[] { range.Low, range.High } : null,
            missing = check.Missing,
            findings = check.Findings.Select(finding => new
            {
                part = finding.Part,
                name = finding.Name,
                formula = finding.Formula,
                inputs = finding.Inputs,
                value = finding.Value,
                stated = finding.Stated,
                least = finding.Least,
                most = finding.Most,
                holds = finding.Holds,
                factor = finding.Factor,
                remark = finding.Remark,
            }),
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
}
