using System.Text.RegularExpressions;
using Bench.Protocol.Budgets;
using Bench.Protocol.Objectives;
using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Tests.Architecture;

/// <summary>Lines, files and sentences are as CONTRIBUTING.md wants them, and names of kinds have one home.</summary>
public sealed partial class StyleTests
{
    private const int Columns = 120;
    private const int Lines = 300;

    private static readonly string[] Written = [".cs", ".js", ".css", ".html", ".md"];

    /// <summary>Files that are longer than they should be. None may grow, and no new one may join them.</summary>
    private static readonly Dictionary<string, int> Long = File.ReadLines(
            Path.Combine(Repository.Root, "tests", "Bench.Tests", "Goldens", "long-files.csv")
        )
        .Skip(1)
        .Select(line => line.Split(','))
        .ToDictionary(
            cells => cells[0],
            cells => int.Parse(cells[1], System.Globalization.CultureInfo.InvariantCulture)
        );

    [Fact]
    public void No_line_is_longer_than_120_columns() =>
        Assert.Empty(
            Sources("src", "tests", "docs")
                .Append("README.md")
                .Append("CONTRIBUTING.md")
                .SelectMany(file =>
                    File.ReadLines(Path.Combine(Repository.Root, file))
                        .Select((line, i) => (Line: line, Where: $"{file}:{i + 1}"))
                        .Where(entry => entry.Line.Length > Columns && !IsTableOrFigure(file, entry.Line))
                        .Select(entry => $"{entry.Where}: {entry.Line.Length} columns")
                )
        );

    [Fact]
    public void No_file_is_longer_than_300_lines_but_those_that_are_known()
    {
        var lengths = Sources("src", "tests")
            .ToDictionary(file => file, file => File.ReadLines(Path.Combine(Repository.Root, file)).Count());
        int Allowed(string file) => Math.Max(Lines, Long.GetValueOrDefault(file));
        Assert.Empty(
            lengths
                .Where(file => file.Value > Allowed(file.Key))
                .Select(file => $"{file.Key} has {file.Value} lines, and may have {Allowed(file.Key)}")
        );
        Assert.Empty(
            Long.Keys.Where(file => lengths.GetValueOrDefault(file) <= Lines)
                .Select(file => $"{file} is short or gone: take it out of long-files.csv")
        );
    }

    [GeneratedRegex(
        """(?:==|!=|\bis|\bor|\bcase|\bnot)\s*(?:not\s*)?"(?<name>[^"]+)"|"(?<name>[^"]+)"\s*(?:=>|==|!=)"""
    )]
    private static partial Regex Comparison { get; }

    [Fact]
    public void Nothing_is_compared_with_the_name_of_an_objective_a_budget_or_a_task()
    {
        HashSet<string> names = [.. Catalogue<Objective>.Names, .. Catalogue<Budget>.Names, .. Catalogue<ITask>.Names];
        Assert.Empty(
            Sources("src")
                .Where(file => file.EndsWith(".cs", StringComparison.Ordinal))
                .SelectMany(file =>
                    Comparison
                        .Matches(File.ReadAllText(Path.Combine(Repository.Root, file)))
                        .Where(match => names.Contains(match.Groups["name"].Value))
                        .Select(match => $"{file}: {match.Value}")
                )
        );
    }

    [GeneratedRegex("""(?://|\*)\s*(?:<\w+(?: \w+="[^"]*")?>)?\s*What\b|//.*[.;:] What\b""")]
    private static partial Regex Riddle { get; }

    [Fact]
    public void No_sentence_of_a_comment_begins_with_What() =>
        Assert.Empty(
            Sources("src")
                .SelectMany(file =>
                    File.ReadLines(Path.Combine(Repository.Root, file))
                        .Select((line, i) => (Line: line, Where: $"{file}:{i + 1}"))
                        .Where(entry => Riddle.IsMatch(entry.Line))
                        .Select(entry => $"{entry.Where}: {entry.Line.Trim()}")
                )
        );

    private static bool IsTableOrFigure(string file, string line) =>
        file.EndsWith(".md", StringComparison.Ordinal)
        && (line.StartsWith('|') || line.StartsWith("![", StringComparison.Ordinal));

    // Paths from the root, without what builds and package managers made.
    private static IEnumerable<string> Sources(params string[] folders) =>
        folders
            .SelectMany(folder =>
                Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories)
            )
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => Written.Contains(Path.GetExtension(file)))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "node_modules"));
}
