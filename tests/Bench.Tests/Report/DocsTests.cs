using System.Text.RegularExpressions;
using Bench.Protocol.Specs.Sections;

namespace Bench.Tests.Report;

/// <summary>Documents show the code as it is.</summary>
public sealed partial class DocsTests
{
    [GeneratedRegex(@"```csharp\n// (?<file>\S+)\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example { get; }

    [Fact]
    public void The_recipes_of_the_architecture_page_are_files_that_are_compiled()
    {
        var examples = Example.Matches(Read("docs/architecture.md"));
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Equal(Read(example.Groups["file"].Value), example.Groups["code"].Value));
    }

    [GeneratedRegex(@"`(?<path>(?:src|tests|Protocol|Lab|Report|Cli)/[\w./-]+)`")]
    private static partial Regex Place { get; }

    [Fact]
    public void Every_folder_and_file_that_the_architecture_page_names_is_there() =>
        Assert.All(
            Place.Matches(Read("docs/architecture.md")),
            place =>
                Assert.True(
                    new[] { "", "src" }.Any(root =>
                        Path.Exists(Path.Combine(Repository.Root, root, place.Groups["path"].Value))
                    ),
                    place.Value
                )
        );

    [Fact]
    public void The_reference_of_the_experiment_file_is_what_the_records_say() =>
        Assert.Equal(ExperimentReference.Text, Read(ExperimentReference.File));

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));
}
