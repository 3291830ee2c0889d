namespace Bench.Protocol.Store;

/// <summary>
/// Folders keyed by the fingerprint of what made them. An entry is written under a temporary name with the checksums of
/// its files, flushed to disk and renamed, so it is there whole or not at all, whoever was killed when.
/// </summary>
public sealed class ContentStore(string root)
{
    // EWOULDBLOCK, and a sharing violation: anything else, a full disk say, is no lock of another.
    private const int LockedOnUnix = 11;
    private const int LockedOnWindows = unchecked((int)0x80070020);

    public string Root { get; } = Path.GetFullPath(root);

    private string Staging => Path.Combine(Root, "staging");

    private string Journals => Path.Combine(Root, "journals");

    private string Attempts => Path.Combine(Root, "attempts");

    private string Locks => Path.Combine(Root, "locks");

    /// <summary>The entry's folder, or null where there is none.</summary>
    public string? Find(string key) => Directory.Exists(PathOf(key)) ? PathOf(key) : null;

    /// <summary>
    /// Fills a new folder and publishes it under the key. Where another process was first, its entry stays.
    /// </summary>
    /// <returns>The entry's folder.</returns>
    public string Publish(string key, Action<string> fill)
    {
        var final = PathOf(key);
        var shelf = Path.GetDirectoryName(final)!;
        var staging = NewStaging(key);
        Directory.CreateDirectory(staging);
        Directory.CreateDirectory(shelf);
        try
        {
            fill(staging);
            EntryChecksums.Write(staging);
            foreach (var file in Directory.EnumerateFiles(staging, "*", SearchOption.AllDirectories))
                Disk.Flush(file);
            foreach (
                var folder in Directory.EnumerateDirectories(staging, "*", SearchOption.AllDirectories).Append(staging)
            )
                Disk.FlushFolder(folder);
            try
            {
                Directory.Move(staging, final);
                Disk.FlushFolder(shelf);
            }
            catch (IOException) when (Directory.Exists(final))
            {
                // Equal keys have equal content.
            }

            return final;
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>
    /// The faults of an entry: files that are missing, changed or not its own; empty where nothing is, or nothing can
    /// be known.
    /// </summary>
    public IReadOnlyList<string> WrongIn(string key) =>
        Find(key) is { } folder ? EntryChecksums.Wrong(folder) ?? [] : [];

    /// <summary>Takes an entry away: the next run computes it anew.</summary>
    public void Remove(string key)
    {
        if (Find(key) is not { } folder)
            return;
        // A half-deleted entry must not be found.
        Directory.CreateDirectory(Staging);
        var away = NewStaging(key);
        Directory.Move(folder, away);
        Directory.Delete(away, recursive: true);
    }

    /// <summary>Every entry, its files read and compared with their checksums where asked for.</summary>
    public IEnumerable<StoredEntry> Entries(bool examined)
    {
        var entries = new DirectoryInfo(Path.Combine(Root, "entries"));
        if (!entries.Exists)
            yield break;
        foreach (
            var folder in entries
                .EnumerateDirectories()
                .OrderBy(shelf => shelf.Name, StringComparer.Ordinal)
                .SelectMany(shelf =>
                    shelf
                        .EnumerateDirectories()
                        .Where(entry => IsKey(entry.Name))
                        .OrderBy(entry => entry.Name, StringComparer.Ordinal)
                )
        )
            yield return new StoredEntry(
                folder.Name,
                folder.FullName,
                folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length),
                examined ? EntryChecksums.Wrong(folder.FullName) : null
            );
    }

    /// <summary>
    /// Keeps others from computing the same entry at the same time. The system frees the lock when the process that has
    /// it ends, however it ends.
    /// </summary>
    /// <returns>Null where another process has it.</returns>
    public IDisposable? TryHold(string key)
    {
        Directory.CreateDirectory(Locks);
        try
        {
            return new FileStream(
                Path.Combine(Locks, Path.GetFileName(PathOf(key))),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
        }
        catch (IOException error) when (error.HResult is LockedOnUnix or LockedOnWindows)
        {
            return null;
        }
    }

    /// <summary>
    /// A file that a unit keeps while it works, beside the entries: what it holds survives its process, and goes when
    /// the unit has published.
    /// </summary>
    public string JournalOf(string key)
    {
        Directory.CreateDirectory(Journals);
        return Path.Combine(Journals, Path.GetFileName(PathOf(key)));
    }

    /// <summary>The files of attempts at an entry, the first one first.</summary>
    internal IEnumerable<string> AttemptsOf(string key) =>
        Directory.Exists(Attempts)
            ? Directory
                .EnumerateFiles(Attempts, Path.GetFileName(PathOf(key)) + "-*.json")
                .OrderBy(file => file.Length)
                .ThenBy(file => file, StringComparer.Ordinal)
            : [];

    /// <summary>The file of an attempt that begins now.</summary>
    internal string NewAttempt(string key)
    {
        Directory.CreateDirectory(Attempts);
        return Path.Combine(
            Attempts,
            FormattableString.Invariant($"{Path.GetFileName(PathOf(key))}-{AttemptsOf(key).Count() + 1}.json")
        );
    }

    /// <summary>Forgets what attempts at an entry spent: the entry says it now, or nobody asks.</summary>
    public void ForgetAttempts(string key)
    {
        foreach (var file in AttemptsOf(key).ToArray())
            File.Delete(file);
    }

    /// <summary>
    /// Removes what a killed process left: staging folders of entries that nobody computes now, locks that nobody has,
    /// and journals of units that have published.
    /// </summary>
    /// <returns>The names of the removed folders and files, without locks.</returns>
    public IReadOnlyList<string> Sweep()
    {
        var removed = new List<string>();
        foreach (var left in Of(Staging))
        {
            // Whoever writes into it has the entry's lock.
            using var mine = TryHold(Path.GetFileName(left).Split('-')[0]);
            if (mine is null)
                continue;
            Directory.Delete(left, recursive: true);
            removed.Add(Path.GetFileName(left));
        }

        foreach (var left in Of(Journals).Where(file => Find(Path.GetFileName(file)) is not null))
        {
            File.Delete(left);
            removed.Add(Path.GetFileName(left));
        }

        foreach (var left in Of(Attempts))
        {
            // A file that was being replaced belongs to whoever has the entry's lock.
            var key = Path.GetFileName(left).Split('-')[0];
            using var mine = TryHold(key);
            if (mine is null || (!left.EndsWith(".tmp", StringComparison.Ordinal) && Find(key) is null))
                continue;
            File.Delete(left);
            removed.Add(Path.GetFileName(left));
        }

        foreach (var left in Of(Locks))
        {
            using var mine = TryHold(Path.GetFileName(left));
            if (mine is not null)
                File.Delete(left);
        }

        return removed;
    }

    // Network file systems and desktops leave files of their own everywhere.
    private static string[] Of(string folder) =>
        Directory.Exists(folder)
            ? [.. Directory.GetFileSystemEntries(folder).Where(entry => IsKey(Path.GetFileName(entry).Split('-')[0]))]
            : [];

    private static bool IsKey(string name) => name.Length > 2 && name.All(char.IsAsciiHexDigitLower);

    private string NewStaging(string key) => Path.Combine(Staging, $"{key}-{Guid.NewGuid():N}");

    private string PathOf(string key) =>
        IsKey(key)
            ? Path.Combine(Root, "entries", key[..2], key)
            : throw new ArgumentException($"'{key}' is not a fingerprint", nameof(key));
}
