using System.CommandLine;
using System.Text;
using Bench.Cli.Execution;
using Bench.Protocol.Ledger;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;
using Bench.Protocol.Specs.Sections;
using Bench.Report;
using Bench.Report.Page;
using Bench.Report.Style;
using Bench.Report.Tables;

namespace Bench.Cli.Commands;

/// <summary>bench report: tables and figures from the CSV files alone.</summary>
internal static class ReportCommand
{
    internal static Command Create()
    {
        var experiment = Arguments.Experiment();
        experiment.Arity = ArgumentArity.ZeroOrOne;
        var output = Arguments.Output();
        var index = new Option<bool>("--index")
        {
            Description = "The pages of all results instead, and one over them; with --out in that folder, to publish.",
        };
        var command = new Command("report", "Rebuild tables, figures and the page from the CSV files.")
        {
            experiment,
            output,
            index,
        };
        command.SetAction(parsed =>
            parsed.GetValue(index)
                ? Index(parsed.GetValue(output))
                : Rebuild(
                    parsed.GetValue(experiment)
                        ?? throw new UsageException(
                            "no experiment is named",
                            "bench report NAME, or bench report --index for a page over all"
                        ),
                    parsed.GetValue(output)
                )
        );
        return command;
    }

    private static int Index(string? output)
    {
        var root = Path.Combine(Workplace.Current.Root, "results");
        var found = new List<(ExperimentSpec, ResultsFolder)>();
        foreach (
            var folder in Directory.Exists(root)
                ? Directory.GetDirectories(root).Order(StringComparer.Ordinal).Select(path => new ResultsFolder(path))
                : []
        )
        {
            if (folder.ReadManifest() is not { } manifest)
                continue;
            try
            {
                found.Add(
                    (
                        ExperimentFile.Parse(
                            Encoding.UTF8.GetBytes(manifest.Spec),
                            Path.Combine(folder.Path, "manifest.json")
                        ),
                        folder
                    )
                );
            }
            catch (SpecException error)
            {
                Console.Error.WriteLine($"bench: left out: {error.Errors[0].Message}");
            }
        }

        if (found.Count == 0)
            throw new LedgerException($"{root}: there are no results; bench run makes them");
        Console.WriteLine(
            $"{found.Count} experiments: "
                + $"{Path.GetRelativePath(Directory.GetCurrentDirectory(), IndexPage.Write(output ?? root, found))}"
        );
        return ExitCodes.Done;
    }

    private static int Rebuild(string named, string? output)
    {
        var place = Workplace.Current;
        var spec = ExperimentFile.Load(place.ExperimentFile(named));
        var results = Arguments.ResultsOf(place, spec, output);
        var recorded = results.Read().Summarised(spec);
        if (recorded.Runs.Count == 0)
            throw new LedgerException($"{results.Path}: no results yet; bench run {named} makes them");
        var registered = RegistrationCheck.Say(spec, place.ExperimentFile(named), recorded);
        ExperimentReport.Write(spec, results, registered);
        foreach (var line in Conclusions.Of(spec, recorded))
            Console.WriteLine(line);
        Console.Write(TextWrap.Wrapped(registered, 78));
        Console.WriteLine($"figures: {Path.GetRelativePath(Directory.GetCurrentDirectory(), results.Figures)}");
        Console.WriteLine(
            $"page: {Path.GetRelativePath(Directory.GetCurrentDirectory(), Path.Combine(results.Path, HtmlPage.Name))}"
        );
        Console.WriteLine($"tables: {Path.GetRelativePath(Directory.GetCurrentDirectory(), results.Tables)}");
        return ExitCodes.Done;
    }
}
