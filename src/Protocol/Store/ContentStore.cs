namespace Bench.Protocol.Store;

/// <summary>
/// Folders keyed by the fingerprint of what made them. An entry is written under a temporary name, flushed to disk and renamed, so it is
/// there whole or not at all, whoever was killed when.
/// </summary>
public sealed class ContentStore(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>The entry's folder, or null where there is none.</summary>
    public string? Find(string key) => Directory.Exists(PathOf(key)) ? PathOf(key) : null;

    /// <summary>Fills a new folder and publishes it under the key. Where another process was first, its entry stays.</summary>
    /// <returns>The entry's folder.</returns>
    public string Publish(string key, Action<string> fill)
    {
        var final = PathOf(key);
        var staging = Path.Combine(Root, "staging", Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(staging);
        Directory.CreateDirectory(Path.GetDirectoryName(final)!);
        try
        {
            fill(staging);
            foreach (var file in Directory.EnumerateFiles(staging, "*", SearchOption.AllDirectories)) Flush(file);
            try
            {
                Directory.Move(staging, final);
            }
            catch (IOException) when (Directory.Exists(final))
            {
                // Equal keys have equal content.
            }

            return final;
        }
        finally
        {
            if (Directory.Exists(staging)) Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>A file that a unit keeps while it works, beside the entries: what it holds survives its process, and goes when the unit has published.</summary>
    public string JournalOf(string key)
    {
        var folder = Path.Combine(Root, "journals");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, Path.GetFileName(PathOf(key)));
    }

    /// <summary>Removes what was being written when its writer was killed: staging folders that nobody touched for a day.</summary>
    public void Sweep(TimeProvider clock)
    {
        var staging = new DirectoryInfo(Path.Combine(Root, "staging"));
        if (!staging.Exists) return;
        foreach (var folder in staging.EnumerateDirectories().Where(folder => clock.GetUtcNow() - folder.LastWriteTimeUtc > TimeSpan.FromDays(1))) folder.Delete(recursive: true);
    }

    private string PathOf(string key) => key.Length > 2 && key.All(char.IsAsciiHexDigitLower)
        ? Path.Combine(Root, "entries", key[..2], key)
        : throw new ArgumentException($"'{key}' is not a fingerprint", nameof(key));

    private static void Flush(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }
}
