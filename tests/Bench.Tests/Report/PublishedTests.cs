using System.Globalization;
using System.Text.RegularExpressions;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs.Sections;
using Bench.Report.Tables;

namespace Bench.Tests.Report;

/// <summary>What READMEs say is what was measured.</summary>
public sealed partial class PublishedTests
{
    /// <summary>A figure with its interval, as READMEs write them: 97.5% [93.9, 99.6].</summary>
    [GeneratedRegex(
        @"(?<value>[+-]?[\d,]*\d(?:\.\d+)?)(?<percent>%?) \[(?<low>[+-]?[\d,]*\d(?:\.\d+)?), "
            + @"(?<high>[+-]?[\d,]*\d(?:\.\d+)?)\]"
    )]
    private static partial Regex Interval { get; }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space { get; }

    public static TheoryData<string> Experiments() =>
        new(
            Directory
                .GetDirectories(Path.Combine(Repository.Root, "results"))
                .Where(folder => File.Exists(Path.Combine(folder, "summary.csv")))
                .Select(folder => Path.GetFileName(folder))
        );

    [Theory]
    [MemberData(nameof(Experiments))]
    public void Every_interval_in_an_experiments_README_is_one_of_its_results(string experiment)
    {
        // Earlier runs are quoted.
        var lines = File.ReadLines(Path.Combine(Repository.Root, "experiments", experiment, "README.md"))
            .Where(line => !line.StartsWith('>'));
        var stated = Stated(string.Join('\n', lines));
        Assert.NotEmpty(stated);
        Assert.Empty(Unfounded(stated, experiment));
    }

    [Theory]
    [MemberData(nameof(Experiments))]
    public void Every_experiment_stands_on_the_page_of_experiments_with_intervals_of_its_results(string experiment)
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "experiments", "README.md"))
            .Where(line =>
                line.StartsWith('|') && line.Contains($"]({experiment}/README.md)", StringComparison.Ordinal)
            )
            .ToArray();
        Assert.NotEmpty(rows);
        Assert.Empty(Unfounded(Stated(string.Join('\n', rows)), experiment));
    }

    [Fact]
    public void Every_interval_in_README_is_one_of_quickstarts_results()
    {
        var stated = Stated(File.ReadAllText(Path.Combine(Repository.Root, "README.md")));
        Assert.NotEmpty(stated);
        Assert.Empty(Unfounded(stated, "quickstart"));
    }

    public static TheoryData<string> Pages() =>
        new(
            Directory
                .GetFiles(Path.Combine(Repository.Root, "experiments"), "README.md", SearchOption.AllDirectories)
                .Concat(Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
                .Concat(Directory.GetFiles(Repository.Root, "*.md"))
                .Select(page => Path.GetRelativePath(Repository.Root, page))
        );

    [GeneratedRegex(@"\]\((?!https?:)(?<path>[^)#]+)\)")]
    private static partial Regex Link { get; }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_and_figure_of_a_page_is_there(string page)
    {
        var full = Path.Combine(Repository.Root, page);
        Assert.All(
            Link.Matches(File.ReadAllText(full)),
            link =>
                Assert.True(
                    Path.Exists(Path.Combine(Path.GetDirectoryName(full)!, link.Groups["path"].Value)),
                    link.Value
                )
        );
    }

    [Fact]
    public void A_figure_that_was_not_measured_is_found()
    {
        var claimed = Stated("97.5% [93.9, 99.6]\nand 97.5% [93.9,\n99.7], −14% [−44, 0]");
        Assert.Equal(["97.5% [93.9, 99.7]"], Unfounded(claimed, [(0.9751, 0.9391, 0.9962), (-0.143, -0.438, 0.0)]));
    }

    private static List<Match> Stated(string text) =>
        [.. Interval.Matches(Space.Replace(text.Replace('−', '-'), " ")).Cast<Match>()];

    private static List<string> Unfounded(List<Match> stated, string experiment) =>
        Unfounded(stated, Measured(experiment));

    private static List<string> Unfounded(
        List<Match> stated,
        IReadOnlyCollection<(double Value, double Low, double High)> measured
    ) =>
        [
            .. stated
                .Where(match =>
                    !measured.Any(found =>
                        Says(match, "value", found.Value)
                        && Says(match, "low", found.Low)
                        && Says(match, "high", found.High)
                    )
                )
                .Select(match => match.Value),
        ];

    /// <summary>Whether a written number is a measured one, rounded to the digits that are written.</summary>
    private static bool Says(Match match, string part, double measured)
    {
        var written = match.Groups[part].Value;
        var decimals = written.Contains('.') ? written.Length - 1 - written.IndexOf('.') : 0;
        var shown = match.Groups["percent"].Length > 0 ? 100 * measured : measured;
        return Math.Abs(double.Parse(written, NumberStyles.Number, CultureInfo.InvariantCulture) - shown)
            <= (0.5 + 1e-6) * Math.Pow(10, -decimals);
    }

    /// <summary>Every figure with an interval that the results hold, or that their report says in a sentence.</summary>
    private static HashSet<(double Value, double Low, double High)> Measured(string experiment)
    {
        var folder = Path.Combine(Repository.Root, "results", experiment);
        HashSet<(double, double, double)> found = [];
        foreach (
            var name in new[] { "summary.csv", "contrasts.csv", "laws.csv", "use-summary.csv" }.Where(name =>
                File.Exists(Path.Combine(folder, name))
            )
        )
        {
            var rows = File.ReadLines(Path.Combine(folder, name)).Select(line => line.Split(',')).ToList();
            foreach (
                var (value, low, high) in new[]
                {
                    ("value", "ci_low", "ci_high"),
                    ("difference", "ci_low", "ci_high"),
                    ("recovered_from_before", "recovered_from_before_low", "recovered_from_before_high"),
                    ("recovered_over_gold", "recovered_over_gold_low", "recovered_over_gold_high"),
                }
            )
            {
                var columns = new[] { value, low, high }.Select(column => Array.IndexOf(rows[0], column)).ToArray();
                if (columns[0] < 0)
                    continue;
                foreach (var row in rows.Skip(1).Where(row => columns.All(column => row[column].Length > 0)))
                    found.Add((Number(row[columns[0]]), Number(row[columns[1]]), Number(row[columns[2]])));
            }
        }

        // FLOPs are written in a power of ten.
        using var targets = File.OpenRead(Path.Combine(folder, "targets.csv"));
        foreach (var row in CsvTable<TargetRow>.Read(targets, "targets.csv"))
        {
            if (row is { BreakEvenStudents: { } students, BreakEvenLow: { } fewest, BreakEvenHigh: { } most })
                found.Add((students, fewest, most));
            if (row is not { Flops: { } flops, FlopsLow: { } low, FlopsHigh: { } high })
                continue;
            foreach (var scale in new[] { 0, 1 }.Select(less => Math.Pow(10, Math.Floor(Math.Log10(flops)) - less)))
                found.Add((flops / scale, low / scale, high / scale));
        }

        var spec = ExperimentFile.Load(Path.Combine(Repository.Root, "experiments", experiment, "experiment.yaml"));
        foreach (
            var match in Stated(
                string.Join('\n', Conclusions.Of(spec, new ResultsFolder(folder).Read().Summarised(spec)))
            )
        )
        {
            var scale = match.Groups["percent"].Length > 0 ? 0.01 : 1;
            found.Add(
                (
                    scale * Number(match.Groups["value"].Value),
                    scale * Number(match.Groups["low"].Value),
                    scale * Number(match.Groups["high"].Value)
                )
            );
        }

        return found;
    }

    private static double Number(string text) =>
        double.Parse(text, NumberStyles.Number | NumberStyles.AllowExponent, CultureInfo.InvariantCulture);
}
