using System.Diagnostics;
using System.Globalization;
using Bench.EndToEnd.Cli;
using Bench.Protocol.Costs;
using Bench.Protocol.Ledger;

namespace Bench.EndToEnd.Faults;

/// <summary>An experiment with a store and results of its own, to which things happen.</summary>
internal sealed class Arena : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();
    private readonly Dictionary<string, string> environment;

    internal Arena(string experiment, IReadOnlyDictionary<string, string>? environment = null)
    {
        this.environment = new Dictionary<string, string>(environment ?? new Dictionary<string, string>());
        Home = Directory.CreateDirectory(scratch.File("home")).FullName;
        Experiment = scratch.File("experiment.yaml");
        Output = scratch.File("results");
        File.WriteAllText(Experiment, experiment);
    }

    internal string Home { get; set; }

    internal string Experiment { get; }

    internal string Output { get; set; }

    internal Results Results => new ResultsFolder(Output).Read();

    internal Process Start(params string[] arguments) =>
        new BenchProcess(Home, environment: environment).Start(arguments);

    internal BenchProcess.Ended Bench(params string[] arguments) =>
        new BenchProcess(Home, environment: environment).Run(arguments);

    internal BenchProcess.Ended Run(params string[] more) => Bench(["run", Experiment, "--out", Output, .. more]);

    /// <summary>The processes that work here: those whose command line names a folder of this arena.</summary>
    internal IReadOnlyList<int> Processes(string word = "") =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Where(folder =>
                    Words(folder) is { } words
                    && words.Contains(scratch.Path, StringComparison.Ordinal)
                    && words.Split('\0').Contains(word.Length == 0 ? words.Split('\0')[0] : word)
                    && words.Contains("bench.dll", StringComparison.Ordinal)
                )
                .Select(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)),
        ];

    /// <summary>Until nobody works here any more.</summary>
    internal void WaitForQuiet() =>
        Assert.True(
            SpinWait.SpinUntil(() => Processes().Count == 0, TimeSpan.FromSeconds(30)),
            "a process outlived its run"
        );

    internal static void Kill(int process)
    {
        using var kill = Process.Start("kill", ["-KILL", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Forgets everything that was computed.</summary>
    internal void StartOver()
    {
        foreach (var folder in (string[])[Path.Combine(Home, "store"), Output])
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
    }

    /// <summary>What is here that no finished run would have left, after doctor has looked.</summary>
    internal IReadOnlyList<string> Leftovers()
    {
        Assert.Equal(0, Bench("doctor", "--store").Code);
        var store = Path.Combine(Home, "store");
        return
        [
            .. Directory
                .EnumerateFileSystemEntries(scratch.Path, "*", SearchOption.AllDirectories)
                .Where(path =>
                    path.EndsWith(".tmp", StringComparison.Ordinal)
                    || ((string[])["staging", "attempts", "journals"]).Contains(
                        Path.GetFileName(Path.GetDirectoryName(path))
                    )
                ),
        ];
    }

    /// <summary>Asserts that two ledgers say the same, but for when, how long and how often.</summary>
    internal static void AssertSame(Results expected, Results found)
    {
        Assert.Equal(expected.Runs.Select(Timeless), found.Runs.Select(Timeless));
        Assert.Equal(expected.Scores, found.Scores);
        Assert.Equal(expected.Items, found.Items);
        Assert.Equal(
            expected.Charges.Select(Timeless),
            found.Charges.Where(row => row.Kind != Charge.NameOf(ChargeKind.LostAttempts)).Select(Timeless)
        );
        Assert.Equal(expected.Summary, found.Summary);
    }

    public void Dispose()
    {
        foreach (var process in Processes())
            Kill(process);
        scratch.Dispose();
    }

    // Seconds differ from run to run, and so do the dollars and GPU-hours that follow from them.
    private static RunRow Timeless(RunRow row) =>
        row with
        {
            Seconds = null,
            Joules = null,
            Usd = null,
            GpuHours = null,
            PeakRssBytes = null,
            StartedUtc = "",
            Attempts = null,
        };

    private static ChargeRow Timeless(ChargeRow row) => row with { Seconds = 0, Joules = null, Usd = null };

    private static string? Words(string folder)
    {
        try
        {
            return int.TryParse(Path.GetFileName(folder), out _)
                ? File.ReadAllText(Path.Combine(folder, "cmdline"))
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
