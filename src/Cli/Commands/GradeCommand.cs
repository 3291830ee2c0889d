using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Bench.Protocol.Grading;
using Bench.Protocol.Reading;

namespace Bench.Cli.Commands;

/// <summary>bench grade: scores responses that were written anywhere.</summary>
internal static class GradeCommand
{
    internal static Command Create()
    {
        var task = new Option<string>("--task")
        {
            Description = $"How to find and compare answers: {string.Join(", ", GraderCatalogue.Names)}.",
            Required = true,
        };
        task.AcceptOnlyFromAmong([.. GraderCatalogue.Names]);
        var input = new Option<string>("--in")
        {
            Description =
                "JSON Lines: {\"id\", \"response\", \"reference\"}; an id may stand in several lines, one for each "
                + "sample.",
            Required = true,
        };
        var output = new Option<string?>("--out")
        {
            Description = "JSON Lines: {\"id\", \"correct\", \"extracted\"} (default: standard output).",
        }.NotEmpty();
        var command = new Command("grade", "Grade responses to a benchmark.") { task, input, output };
        command.SetAction(parsed =>
            Grade(GraderCatalogue.Find(parsed.GetValue(task)!)!, parsed.GetValue(input)!, parsed.GetValue(output))
        );
        return command;
    }

    private static int Grade(IGrader grader, string input, string? output)
    {
        var graded = JsonLines
            .Read(input)
            .Select(line =>
                (
                    Id: line.Entry.TryGetProperty("id", out var id)
                        ? id
                        : throw new UsageException($"{line.Place}: 'id' is missing", ""),
                    Verdict: grader.Grade(line.Text("response"), line.Text("reference"))
                )
            )
            .ToArray();
        JsonLines.Write(
            output,
            graded.Select(entry =>
                (object)
                    new
                    {
                        id = entry.Id,
                        correct = entry.Verdict.Correct,
                        extracted = entry.Verdict.Extracted,
                    }
            )
        );
        if (graded.Length > 0)
            Console.Error.WriteLine(Summary([.. graded.Select(entry => (entry.Id, entry.Verdict))]));
        return ExitCodes.Done;
    }

    // The majority's answer is the one that most samples of an item say; the first to be said of equals.
    private static string Summary((JsonElement Id, Verdict Verdict)[] graded)
    {
        var items = graded
            .GroupBy(entry => entry.Id.GetRawText())
            .Select(item => item.Select(entry => entry.Verdict).ToArray())
            .ToArray();
        var first = items.Average(item => item.Average(verdict => verdict.Correct ? 1.0 : 0));
        var summary = string.Create(
            CultureInfo.InvariantCulture,
            $"{graded.Count(entry => entry.Verdict.Correct)} of {graded.Length} correct; pass@1 {first:0.0000} over "
                + $"{items.Length} items"
        );
        if (items.All(item => item.Length == 1))
            return summary;
        var majority = items.Average(item =>
            item.GroupBy(verdict => verdict.Extracted)
                .OrderByDescending(group => group.Key is not null)
                .ThenByDescending(group => group.Count())
                .First()
                .First()
                .Correct
                ? 1.0
                : 0
        );
        return summary
            + string.Create(
                CultureInfo.InvariantCulture,
                $"; majority@{items.Max(item => item.Length)} {majority:0.0000}"
            );
    }
}
