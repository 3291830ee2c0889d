using System.Globalization;
using System.Text;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;

namespace Bench.Cli.Execution.Slurm;

/// <summary>
/// An array of units in a folder that the cluster shares: the script that Slurm runs, the units by their places in the
/// array, and for each that ended by itself its exit code and its last words. The folder's name is the array's, by
/// which a later run finds it again.
/// </summary>
internal sealed partial class SlurmBatch
{
    private const string ScriptName = "job.sh";
    private const string UnitsName = "units";
    private const string FollowersName = "followers";
    private const int LastWords = 4000;

    private readonly string folder;
    private FileStream? following;

    private SlurmBatch(string folder, IReadOnlyList<string> fingerprints) =>
        (this.folder, Fingerprints) = (folder, fingerprints);

    internal string Name => Path.GetFileName(folder);

    /// <summary>The units by their places in the array.</summary>
    internal IReadOnlyList<string> Fingerprints { get; }

    internal string Script => Path.Combine(folder, ScriptName);

    internal TimeSpan Age => DateTime.UtcNow - Directory.GetLastWriteTimeUtc(folder);

    /// <summary>Writes the folder of a new array.</summary>
    /// <param name="home">The folder of all arrays.</param>
    /// <param name="prefix">The beginning of its name.</param>
    /// <param name="units">Its units.</param>
    /// <param name="command">The command line of a unit's process, before the unit.</param>
    /// <param name="after">The same after it.</param>
    /// <param name="environment">The variables that the processes need in their environment.</param>
    internal static SlurmBatch Create(
        string home,
        string prefix,
        IReadOnlyList<UnitOfWork> units,
        IEnumerable<string> command,
        IEnumerable<string> after,
        IEnumerable<KeyValuePair<string, string>> environment
    )
    {
        var folder = Path.Combine(home, $"{prefix}{Guid.NewGuid().ToString("N")[..12]}");
        Directory.CreateDirectory(folder);
        var script = new StringBuilder("#!/bin/bash\n");
        foreach (var (name, value) in environment)
            script.Append("export ").Append(name).Append('=').Append(Quoted(value)).Append('\n');
        script.Append("cd ").Append(Quoted(folder)).Append(" || exit 1\n");
        script
            .Append("i=$SLURM_ARRAY_TASK_ID\nrm -f \"$i.exit\"\nread -ra unit < <(sed -n \"$((i + 1))p\" ")
            .Append(UnitsName)
            .Append(")\n");
        // Of what a unit says only the end is kept, whatever it prints; its exit code appears whole or not at all.
        script
            .Append(string.Join(' ', command.Select(Quoted)))
            .Append(" \"${unit[@]}\" ")
            .Append(string.Join(' ', after.Select(Quoted)));
        script.Append(CultureInfo.InvariantCulture, $" 2>&1 >/dev/null | tail -c {LastWords} >\"$i.log\"\n");
        script.Append(
            "code=${PIPESTATUS[0]}\necho \"$code\" >\"$i.exit.tmp\" && mv \"$i.exit.tmp\" \"$i.exit\"\nexit \"$code\"\n"
        );
        File.WriteAllText(Path.Combine(folder, ScriptName), script.ToString());
        File.WriteAllLines(
            Path.Combine(folder, UnitsName),
            units.Select(unit => string.Join(' ', WorkerCommandLine.Naming(unit)))
        );
        File.WriteAllText(Path.Combine(folder, FollowersName), "");
        var batch = new SlurmBatch(folder, [.. units.Select(unit => unit.Fingerprint.Text)]);
        batch.Follow();
        return batch;
    }

    /// <summary>
    /// Says to other runs that this one waits for its units. The system takes it back when this process ends.
    /// </summary>
    internal void Follow()
    {
        try
        {
            following ??= new FileStream(
                Path.Combine(folder, FollowersName),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read
            );
        }
        catch (IOException)
        {
            // Whoever looks whether somebody follows has it for a moment, or has just deleted it.
        }
    }

    /// <summary>Follows it no longer.</summary>
    /// <returns>Whether no other run does.</returns>
    internal bool Leave()
    {
        following?.Dispose();
        following = null;
        try
        {
            using var alone = new FileStream(
                Path.Combine(folder, FollowersName),
                FileMode.Open,
                FileAccess.ReadWrite,
                FileShare.None
            );
            return true;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The arrays of an experiment that runs have left.</summary>
    internal static IEnumerable<SlurmBatch> Of(string home, string prefix)
    {
        foreach (var folder in Directory.Exists(home) ? Directory.GetDirectories(home, prefix + "*") : [])
        {
            // Another experiment's name may begin with this one's.
            if (!Mark().IsMatch(Path.GetFileName(folder)[prefix.Length..]))
                continue;
            var units = Path.Combine(folder, UnitsName);
            yield return new SlurmBatch(
                folder,
                File.Exists(units) ? [.. File.ReadLines(units).Select(line => line.Split(' ')[0])] : []
            );
        }
    }

    /// <summary>
    /// How the process of a task ended by itself, and its last words; null where it has not, or was ended with its
    /// script.
    /// </summary>
    internal (int Code, string Words)? Ended(int index)
    {
        try
        {
            if (
                !int.TryParse(
                    File.ReadAllText(FileOf(index, "exit")),
                    NumberStyles.Integer,
                    CultureInfo.InvariantCulture,
                    out var code
                )
            )
                return null;
            var words = new TextTail();
            using var log = new StreamReader(FileOf(index, "log"));
            words.Read(log).GetAwaiter().GetResult();
            return (code, words.Text);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Deletes the folder. The last scripts of an array that was just cancelled may still write into it: it is tried
    /// again for a moment, and what is left then the next run deletes.
    /// </summary>
    internal async Task Delete()
    {
        for (var left = 20; left > 0; left--)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                // Another run that followed it was first.
                return;
            }
            catch (IOException)
            {
                await Task.Delay(100);
            }
        }
    }

    [System.Text.RegularExpressions.GeneratedRegex("^[0-9a-f]{12}$")]
    private static partial System.Text.RegularExpressions.Regex Mark();

    private string FileOf(int index, string ending) =>
        Path.Combine(folder, FormattableString.Invariant($"{index}.{ending}"));

    private static string Quoted(string word) =>
        word.Contains('\n', StringComparison.Ordinal)
            ? throw new UsageException("--executor slurm: a path here contains a line end", "rename the folder")
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
