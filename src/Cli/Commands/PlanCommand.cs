using System.CommandLine;
using Bench.Cli.Display;
using Bench.Cli.Execution;
using Bench.Protocol.Ledger;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs.Sections;
using Bench.Report.Style;

namespace Bench.Cli.Commands;

/// <summary>bench plan: every unit with its predicted cost; trains and asks nothing.</summary>
internal static class PlanCommand
{
    internal static Command Create()
    {
        var experiment = Arguments.Experiment();
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var claim = new Option<string?>("--as")
        {
            Description =
                "A run of the table of claims: the student gets its size beside the teacher, and its tokens for each "
                + "parameter.",
        };
        var output = new Option<string?>("--out")
        {
            Description = "With --as: write the experiment at that scale into this file, to be run.",
        }.NotEmpty();
        var detect = new Option<double?>("--detect")
        {
            Description = "A difference that should be found: the seeds that it takes, and their cost.",
        }.Within(1e-9, 1e9);
        var results = new Option<string?>("--results")
        {
            Description = "The folder with earlier results or a pilot, by which differences are reckoned.",
        }.NotEmpty();
        var spread = new Option<double?>("--sd")
        {
            Description = "The standard deviation of seeds' differences to reckon with, in place of a measured one.",
        }.Within(1e-9, 1e9);
        var command = new Command("plan", "List every unit of work with its predicted cost; trains and asks nothing.")
        {
            experiment,
            json,
            claim,
            output,
            results,
            detect,
            spread,
        };
        command.SetAction(parsed =>
            Show(
                parsed.GetValue(experiment)!,
                parsed.GetValue(json),
                parsed.GetValue(claim),
                parsed.GetValue(output),
                (parsed.GetValue(results), parsed.GetValue(detect), parsed.GetValue(spread))
            )
        );
        return command;
    }

    private static int Show(
        string named,
        bool json,
        string? claim,
        string? output,
        (string? Results, double? Wanted, double? Spread) seen
    )
    {
        var place = Workplace.Current;
        var file = place.ExperimentFile(named);
        var files = place.Files(file);
        if (output is not null && claim is null)
            throw new UsageException(
                "--out writes an experiment at a claim's scale, and no claim is named",
                "add --as CLAIM"
            );
        IReadOnlyList<string> beside = [];
        var spec = ExperimentFile.Load(file);
        if (claim is not null)
        {
            var scaled = ScaledPlan.Of(place, spec, files, claim);
            if (output is not null)
                scaled.Write(output);
            (spec, beside) = (scaled.Spec, scaled.Lines(output));
        }

        var plan = Planner.Make(spec, files);
        var forecast = new Forecast(plan, place.RatesFor(plan.Spec));
        var text = new PlanText(plan, forecast);
        var recorded = Arguments.ResultsOf(place, spec, seen.Results).Read();
        var power = DesignPower.Of(spec, recorded, seen.Spread, seen.Wanted);
        if (json)
            text.PrintJson(power);
        else
            text.PrintTable();
        if (!json)
            foreach (var line in new PowerText(plan, forecast, power, seen.Wanted).Lines())
                Console.WriteLine(line);
        foreach (var line in beside)
            (json ? Console.Error : Console.Out).Write(TextWrap.Wrapped(line, 78));
        foreach (var missing in files.Missing.DistinctBy(missing => missing.Path))
            Console.Error.WriteLine(
                $"bench: {missing.Location}: '{missing.Path}' is not here; it is planned from its configuration "
                    + $"{missing.Config}, and cannot be run"
            );
        return ExitCodes.Done;
    }
}
