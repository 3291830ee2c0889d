using System.Security.Cryptography;

namespace Bench.Protocol.Store;

/// <summary>
/// The SHA-256 of every file of an entry, in a file beside them in the form of sha256sum, which can check it too.
/// </summary>
internal static class EntryChecksums
{
    internal const string Name = "entry.sha256";

    /// <summary>Writes the checksums of all files in a folder.</summary>
    internal static void Write(string folder) =>
        File.WriteAllText(
            Path.Combine(folder, Name),
            string.Concat(Files(folder).Select(file => $"{Of(Path.Combine(folder, file))}  {file}\n"))
        );

    /// <summary>
    /// The faults of an entry: files that are missing, changed or not its own, by name; null where it was made before
    /// there were checksums.
    /// </summary>
    internal static IReadOnlyList<string>? Wrong(string folder)
    {
        var list = Path.Combine(folder, Name);
        if (!File.Exists(list))
            return null;
        var stated = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(list))
        {
            if (line.Length < 67 || line[64..66] != "  ")
                return [Name];
            stated[line[66..]] = line[..64];
        }

        var present = Files(folder).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. stated
                .Where(entry => !present.Contains(entry.Key) || Of(Path.Combine(folder, entry.Key)) != entry.Value)
                .Select(entry => entry.Key),
            .. present.Where(file => !stated.ContainsKey(file)),
        ];
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(file => file != Name)
            .Order(StringComparer.Ordinal);

    private static string Of(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
