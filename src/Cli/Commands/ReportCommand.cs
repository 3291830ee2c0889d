using System.CommandLine;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Report;

namespace Bench.Cli.Commands;

/// <summary>bench report: tables and figures from the CSV files alone.</summary>
internal static class ReportCommand
{
    internal static Command Create()
    {
        var experiment = Arguments.Experiment();
        var output = Arguments.Output();
        var command = new Command("report", "Rebuild tables and figures from the CSV files.") { experiment, output };
        command.SetAction(parsed => Rebuild(parsed.GetValue(experiment)!, parsed.GetValue(output)));
        return command;
    }

    private static int Rebuild(string named, string? output)
    {
        var place = Workplace.Current;
        var spec = ExperimentFile.Load(place.ExperimentFile(named));
        var results = Arguments.ResultsOf(place, spec, output);
        var recorded = results.Read();
        if (recorded.Runs.Count == 0) throw new LedgerException($"{results.Path}: no results yet; bench run {named} makes them");
        ExperimentReport.Write(spec, results);
        foreach (var line in Conclusions.Of(spec, recorded)) Console.WriteLine(line);
        Console.WriteLine($"figures: {Path.GetRelativePath(Directory.GetCurrentDirectory(), results.Figures)}");
        Console.WriteLine($"tables: {Path.GetRelativePath(Directory.GetCurrentDirectory(), results.Tables)}");
        return ExitCodes.Done;
    }
}
