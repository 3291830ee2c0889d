using System.Text.RegularExpressions;

namespace Bench.Tests.Architecture;

/// <summary>The house's arrows and its house rules, read from the sources.</summary>
public class ArrowTests
{
    private static IEnumerable<string> Sources(string room) =>
        Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "src", room), "*.cs", SearchOption.AllDirectories)
            .Where(file =>
                !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)
            );

    [Theory]
    [InlineData("Protocol", "Bench.Lab")]
    [InlineData("Protocol", "Bench.Report")]
    [InlineData("Protocol", "Bench.Cli")]
    [InlineData("Protocol", "TorchSharp")]
    [InlineData("Report", "Bench.Lab")]
    [InlineData("Report", "Bench.Cli")]
    [InlineData("Report", "TorchSharp")]
    [InlineData("Lab", "Bench.Protocol.Ledger")]
    [InlineData("Lab", "Bench.Report")]
    [InlineData("Lab", "Bench.Cli")]
    [InlineData("Cli", "TorchSharp")]
    [InlineData("Cli", "ScottPlot")]
    public void A_room_never_names_what_lies_outside_its_arrows(string room, string forbidden)
    {
        var files = Sources(room).ToArray();
        Assert.NotEmpty(files);
        Assert.DoesNotContain(
            files,
            file =>
                Regex.IsMatch(
                    File.ReadAllText(file),
                    $@"using (static )?{Regex.Escape(forbidden)}\b|\b{Regex.Escape(forbidden)}\.\w+\("
                )
        );
    }

    [Fact]
    public void Product_code_has_no_conditional_compilation() =>
        Assert.DoesNotContain(
            new[] { "Protocol", "Report", "Lab", "Cli" }.SelectMany(Sources),
            file => Regex.IsMatch(File.ReadAllText(file), @"^\s*#if", RegexOptions.Multiline)
        );

    [Fact]
    public void Nothing_is_named_for_having_no_better_name() =>
        Assert.DoesNotContain(
            new[] { "Protocol", "Report", "Lab", "Cli" }.SelectMany(Sources),
            file => Regex.IsMatch(Path.GetFileName(file), "(Utils?|Helpers?|Manager|Common|Base|Impl|Misc)\\.cs$")
        );

    [Fact]
    public void Namespaces_are_folders()
    {
        foreach (var room in new[] { "Protocol", "Report", "Lab", "Cli" })
        {
            var root = Path.Combine(Repository.Root, "src", room);
            foreach (var file in Sources(room))
            {
                var match = Regex.Match(File.ReadAllText(file), @"^namespace ([\w.]+);", RegexOptions.Multiline);
                if (!match.Success)
                    continue;
                var folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!);
                Assert.Equal(
                    $"Bench.{room}" + (folder == "." ? "" : "." + folder.Replace('/', '.')),
                    match.Groups[1].Value
                );
            }
        }
    }

    [Fact]
    public void Only_the_ledger_writes_csv() =>
        Assert.DoesNotContain(
            new[] { "Report", "Lab", "Cli" }.SelectMany(Sources),
            file => File.ReadAllText(file).Contains("CsvWriter", StringComparison.Ordinal)
        );

    [Fact]
    public void Only_the_ledger_writes_results() =>
        Assert.DoesNotContain(
            Sources("Report"),
            file =>
                Regex.IsMatch(
                    File.ReadAllText(file),
                    @"File\.(Write|Create|Open|Append|Delete|Move)|new FileStream|SavePng|SaveSvg"
                )
        );
}
