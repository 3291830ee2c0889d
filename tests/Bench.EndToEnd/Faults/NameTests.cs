using Bench.Protocol.Reading;

namespace Bench.EndToEnd.Faults;

/// <summary>Names that would lead elsewhere, or that a terminal would act on.</summary>
public sealed class NameTests
{
    private static readonly string[] Hostile =
    [
        "../up",
        "..",
        ".hidden",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "con\u001b[31mred",
        "a\0b",
        "line\nbreak",
        "tab\tbed",
        new('x', 65),
        new('x', 4096),
        "\u202egnp.txt",
        "شفتر",
        "ａ",
        "a b",
        "a'b",
        "$(id)",
        "-rf",
        "",
        " ",
    ];

    [Fact]
    public void No_experiment_task_teacher_student_or_method_has_a_name_that_leads_elsewhere()
    {
        var tried = 0;
        foreach (
            var (place, whole) in new[]
            {
                ("name: small", "name: {0}"),
                ("name: addition", "name: {0}, task: addition"),
                ("name: ada", "name: {0}"),
                ("name: tiny", "name: {0}"),
                ("name: logits", "name: {0}"),
            }
        )
        {
            foreach (var name in Hostile)
            {
                var quoted = System.Text.Json.JsonSerializer.Serialize(name);
                try
                {
                    var spec = Experiments.Parse(Experiments.Small.Altered(place, whole.Altered("{0}", quoted)));
                    // What begins with a dash is no option of anything that Bench starts.
                    Assert.Equal("-rf", name);
                    Assert.NotNull(spec);
                }
                catch (SpecException refusal)
                {
                    Assert.NotNull(refusal.Location);
                }

                tried++;
            }
        }

        Suite.Tell($"{tried} hostile names refused");
    }

    [Fact]
    public void What_a_person_types_is_said_back_in_one_harmless_line()
    {
        using var arena = new Arena(Experiments.Small);
        foreach (
            var name in Hostile.Where(name =>
                name is not ("" or "..") && !name.Contains('\0', StringComparison.Ordinal)
            )
        )
        {
            foreach (
                var words in (string[][])
                    [
                        ["run", name],
                        ["plan", name],
                        ["verify", name],
                        ["sample", name, "--prompt", "x"],
                        ["run", arena.Experiment, "--out", $"/dev/null/x{name}"],
                    ]
            )
            {
                var ended = arena.Bench(words);
                Assert.True(ended.Code == 2, $"{string.Join(' ', words)}: {ended.Code} {ended.Errors}");
                Assert.Equal(1, ended.Errors.Count(c => c == '\n'));
                Assert.DoesNotContain(ended.Errors.TrimEnd('\n'), c => char.IsControl(c) || c == '\u202e');
                Assert.InRange(ended.Errors.Length, 1, 3000);
            }
        }

        Assert.Equal(
            ["experiment.yaml", "home"],
            Directory
                .EnumerateFileSystemEntries(Path.GetDirectoryName(arena.Home)!)
                .Select(Path.GetFileName)
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_store_entry_that_is_a_link_leads_nowhere_when_it_is_taken_away()
    {
        using var arena = new Arena(Experiments.Small);
        Assert.Equal(0, arena.Run("--quiet").Code);
        var mine = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(arena.Home)!, "mine")).FullName;
        File.WriteAllText(Path.Combine(mine, "thesis.txt"), "years");
        var entry = Directory
            .EnumerateFiles(arena.Home, "outcome.json", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(file)!)
            .First();
        Directory.CreateSymbolicLink(Path.Combine(entry, "link"), mine);
        // doctor finds what is not the entry's own, and takes the entry away; what the link names stays.
        var found = arena.Bench("doctor", "--store");
        Assert.Equal(1, found.Code);
        Assert.False(Directory.Exists(entry));
        Assert.Equal("years", File.ReadAllText(Path.Combine(mine, "thesis.txt")));
        Assert.Equal(0, arena.Run("--quiet").Code);
    }

    // Half a minute and more: --long runs it.
    [Fact(Explicit = true)]
    public void Foreign_files_in_the_store_and_a_snapshot_that_a_power_cut_emptied_stop_nothing()
    {
        using var arena = new Arena(Experiments.Small);
        Assert.Equal(0, arena.Run("--quiet").Code);
        foreach (var folder in (string[])["locks", "journals", "staging", "attempts"])
            File.WriteAllText(
                Path.Combine(
                    Directory.CreateDirectory(Path.Combine(arena.Home, "store", folder)).FullName,
                    ".nfs0000012"
                ),
                ""
            );
        Directory.CreateDirectory(Path.Combine(arena.Home, "store", "entries", "ab", ".Trash"));
        var snapshot = Assert.Single(Directory.EnumerateFiles(Path.Combine(arena.Home, "specs")));
        File.WriteAllText(snapshot, "");
        Directory.Delete(
            Directory
                .EnumerateFiles(arena.Home, "outcome.json", SearchOption.AllDirectories)
                .Select(file => Path.GetDirectoryName(file)!)
                .First(),
            recursive: true
        );
        var again = arena.Run("--quiet");
        Assert.True(again.Code == 0, again.Errors);
        Assert.Equal(0, arena.Bench("doctor", "--store").Code);
        Assert.Equal(0, arena.Bench("store", "gc", "--results", arena.Output).Code);
    }

    // Half a minute and more: --long runs it.
    [Fact(Explicit = true)]
    public void A_store_over_its_limit_says_what_it_holds_and_how_to_free_it()
    {
        using var arena = new Arena(
            Experiments.Small,
            new Dictionary<string, string> { ["BENCH_STORE_GIB"] = "0.0001" }
        );
        var full = arena.Run("--quiet");
        Assert.Equal((2, 1), (full.Code, full.Errors.Count(c => c == '\n')));
        Assert.Contains("and BENCH_STORE_GIB allows 0", full.Errors, StringComparison.Ordinal);
        Assert.Contains("bench store gc", full.Errors, StringComparison.Ordinal);
        arena.WaitForQuiet();
        // What is there already counts once: a finished experiment is reported again within its own size.
        using var whole = new Arena(Experiments.Small);
        Assert.Equal(0, whole.Run("--quiet").Code);
        var size = Directory
            .EnumerateFiles(Path.Combine(whole.Home, "store", "entries"), "*", SearchOption.AllDirectories)
            .Sum(file => new FileInfo(file).Length);
        Assert.Equal(
            0,
            new Bench.EndToEnd.Cli.BenchProcess(
                whole.Home,
                environment: new Dictionary<string, string>
                {
                    ["BENCH_STORE_GIB"] = (1.1 * size / (1 << 30)).ToString(
                        "R",
                        System.Globalization.CultureInfo.InvariantCulture
                    ),
                }
            )
                .Run("run", whole.Experiment, "--out", whole.Output, "--quiet")
                .Code
        );
        // What finished before is recorded; nothing more is computed.
        var runs = arena.Results.Runs.Count;
        Assert.InRange(runs, 1, 14);
        Assert.Equal(2, arena.Run("--quiet").Code);
        Assert.Equal(runs, arena.Results.Runs.Count);
    }
}
