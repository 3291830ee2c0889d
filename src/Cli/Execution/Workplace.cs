using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Bench.Lab.Checkpoints;
using Bench.Lab.Measurement;
using Bench.Lab.Tensors;
using Bench.Lab.UnitExecution;
using Bench.Protocol.Machines;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;
using Bench.Protocol.Store;

namespace Bench.Cli.Execution;

/// <summary>Where things are on this machine: the one place that reads the environment.</summary>
internal sealed class Workplace
{
    /// <summary>Tells a worker which commit it runs.</summary>
    internal const string CommitVariable = "BENCH_COMMIT";

    internal const string DirtyMark = "+dirty";

    /// <summary>Tells a worker which store it reads and writes.</summary>
    internal const string StoreVariable = "BENCH_STORE";

    /// <summary>"composite" turns the fused kernels off.</summary>
    internal const string KernelsVariable = "BENCH_KERNELS";

    internal static Workplace Current { get; } = new();

    private Workplace()
    {
        Root =
            Environment.GetEnvironmentVariable("BENCH_ROOT")
            ?? Ascend(AppContext.BaseDirectory)
            ?? Directory.GetCurrentDirectory();
        Home = Environment.GetEnvironmentVariable("BENCH_HOME") is { Length: > 0 } home
            ? Path.GetFullPath(home)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "bench");
        Data = Environment.GetEnvironmentVariable("BENCH_DATA") is { Length: > 0 } data
            ? Path.GetFullPath(data)
            : Path.GetFullPath(Path.Combine(Root, "..", "shared", "data"));
    }

    /// <summary>The repository.</summary>
    internal string Root { get; }

    /// <summary>The folder of the store, downloads and snapshots. Deleting it loses nothing but time.</summary>
    internal string Home { get; }

    /// <summary>Reference data.</summary>
    internal string Data { get; }

    /// <summary>The variables that make a process on another machine as this one is.</summary>
    internal IReadOnlyDictionary<string, string> EnvironmentVariables
    {
        get
        {
            var environs = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["BENCH_ROOT"] = Root,
                ["BENCH_HOME"] = Home,
                ["BENCH_DATA"] = Data,
            };
            foreach (var name in (string[])["LD_LIBRARY_PATH", KernelsVariable, "DOTNET_ROOT"])
                if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                    environs[name] = value;
            // A folder's name holds where it is read from.
            if (LibTorch.NamedFolder is { } torch)
                environs[LibTorch.FolderVariable] = torch;
            return environs;
        }
    }

    internal ContentStore Store =>
        new(
            Environment.GetEnvironmentVariable(StoreVariable) is { Length: > 0 } store
                ? store
                : Path.Combine(Home, "store")
        );

    /// <summary>The most bytes that the store may hold; null for no limit.</summary>
    /// <exception cref="SpecException">The limit is no number.</exception>
    internal static double? StoreLimit =>
        Environment.GetEnvironmentVariable("BENCH_STORE_GIB") is not { Length: > 0 } text ? null
        : double.TryParse(
            text,
            System.Globalization.NumberStyles.Float,
            System.Globalization.CultureInfo.InvariantCulture,
            out var gibibytes
        )
        && gibibytes > 0
            ? gibibytes * (1 << 30)
        : throw new UsageException(
            $"BENCH_STORE_GIB is '{text}', which is no size",
            "give a number of GiB, or unset it"
        );

    /// <summary>The experiment.yaml that a person means by a folder or a file.</summary>
    /// <exception cref="SpecException">There is none.</exception>
    internal string ExperimentFile(string named)
    {
        if (FindExperiment(named) is { } found)
            return found;
        var suggestion = Suggestion.For(named, [.. Experiments()]);
        throw Folders(named).FirstOrDefault(Directory.Exists) is { } folder
            ? new UsageException(
                $"there is no experiment.yaml in {Shown(folder)}",
                Path.GetFileName(folder) == "claims"
                    ? "bench claims recomputes the claims"
                    : $"experiments are {string.Join(", ", Experiments())}"
            )
            : new UsageException(
                $"there is no experiment '{named}'",
                suggestion.EndsWith('?') ? suggestion : $"{suggestion}; or give a path to an experiment.yaml"
            );
    }

    /// <summary>As <see cref="ExperimentFile"/>; null where there is none.</summary>
    internal string? FindExperiment(string named) =>
        Folders(named)
            .Select(folder => Path.Combine(folder, "experiment.yaml"))
            .Prepend(named)
            .FirstOrDefault(File.Exists)
            is { } found
            ? Shown(found)
            : null;

    private string[] Folders(string named) =>
        [named, Path.Combine(Root, "experiments", named), Path.Combine(Root, named)];

    // Messages name the file as a person at this prompt would.
    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? Path.GetFullPath(path) : relative;
    }

    /// <summary>Finds checkpoints beside an experiment, in the reference data, or by downloading them.</summary>
    internal CheckpointFiles Files(string experimentFile) =>
        new(
            [Path.GetDirectoryName(Path.GetFullPath(experimentFile))!, Data, Path.Combine(Data, "checkpoints")],
            Path.Combine(Home, "downloads"),
            new HttpClient { Timeout = TimeSpan.FromMinutes(30) }
        );

    /// <summary>Where the measurement of a processor is kept.</summary>
    internal string RatesOf(string processor) =>
        Path.Combine(
            Home,
            "machines",
            string.Concat(processor.Select(c => char.IsLetterOrDigit(c) ? c : '-')) + ".csv"
        );

    /// <summary>
    /// The rates of an experiment's steps: on this machine's processor as it was measured, on an accelerator as
    /// measurements that ship with Bench have them; null where none was made.
    /// </summary>
    /// <exception cref="SpecException">The measurement cannot be read.</exception>
    internal MachineRates? RatesFor(ExperimentSpec spec)
    {
        if (spec.Device != "cpu")
            return MachineRates.OfAccelerator(spec.Prices.Name);
        var file = RatesOf(Processor.Name);
        if (!File.Exists(file))
            return null;
        using var stream = File.OpenRead(file);
        return MachineRates.Read(stream, file);
    }

    /// <summary>
    /// The experiment as it is now, in a file of its own: workers read it as it was when the run began, whatever
    /// happens to the experiment's file.
    /// </summary>
    internal string Snapshot(ExperimentSpec spec)
    {
        var target = Path.Combine(Home, "specs", spec.FileHash + ".yaml");
        // One that a power cut emptied is written anew.
        if (
            File.Exists(target)
            && Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(target))) == spec.FileHash
        )
            return target;
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var temporary = Temporary(Path.GetDirectoryName(target)!);
        using (var stream = new FileStream(temporary, FileMode.CreateNew))
        {
            stream.Write(Encoding.UTF8.GetBytes(spec.Text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, target, overwrite: true);
        return target;
    }

    /// <summary>Makes sure that units can be stored before anything runs.</summary>
    internal void CheckHome()
    {
        try
        {
            Directory.CreateDirectory(Home);
            var probe = Temporary(Home);
            File.WriteAllBytes(probe, [0]);
            File.Delete(probe);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"{Home}: the store cannot be written ({error.Message.ReplaceLineEndings(" ")})",
                "set BENCH_HOME to another folder"
            );
        }
    }

    /// <summary>A folder or file that goes when this process ends, or when another finds that it has.</summary>
    internal static string Temporary(string folder) =>
        Path.Combine(folder, $"{OwnMark}{Environment.ProcessId}-{Guid.NewGuid():N}.tmp");

    // The numbers of processes are those of one machine, and the folder may be shared by many.
    private static string OwnMark { get; } = $".{Environment.MachineName}-";

    /// <summary>Removes what processes that were killed have left outside the store.</summary>
    /// <returns>How many things.</returns>
    internal int Sweep()
    {
        var removed = 0;
        foreach (
            var left in new[] { Home, Path.Combine(Home, "specs") }
                .Where(Directory.Exists)
                .SelectMany(folder => Directory.EnumerateFileSystemEntries(folder, OwnMark + "*.tmp"))
                .ToArray()
        )
        {
            if (
                !int.TryParse(Path.GetFileName(left)[OwnMark.Length..].Split('-')[0], out var process)
                || IsAlive(process)
            )
                continue;
            if (File.Exists(left))
                File.Delete(left);
            else
                Directory.Delete(left, recursive: true);
            removed++;
        }

        return removed;
    }

    private static bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>
    /// The key of a server, from the environment variable that an experiment names; it is stored and printed nowhere.
    /// </summary>
    internal static string? Key(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } key ? key : null;

    internal CodeVersion Code()
    {
        var tensors =
            $"libtorch {LibTorch.Version}, "
            + $"{(Compute.Cpu.Fused ? $"kernels {Compute.KernelVersion}" : "composite kernels")}";
        // A worker's results belong to the code that its parent was started from.
        if (Environment.GetEnvironmentVariable(CommitVariable) is { Length: > 0 } given)
            return new CodeVersion(
                given.Replace(DirtyMark, "", StringComparison.Ordinal),
                given.EndsWith(DirtyMark, StringComparison.Ordinal),
                tensors
            );
        var (commit, isDirty) = SourceTree.Of(Root);
        return new CodeVersion(commit, isDirty, tensors);
    }

    private IEnumerable<string> Experiments() =>
        Directory.Exists(Path.Combine(Root, "experiments"))
            ? Directory
                .GetDirectories(Path.Combine(Root, "experiments"))
                .Where(folder => File.Exists(Path.Combine(folder, "experiment.yaml")))
                .Select(folder => Path.GetFileName(folder)!)
                .Order()
            : [];

    private static string? Ascend(string? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder, "Bench.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder;
    }
}
