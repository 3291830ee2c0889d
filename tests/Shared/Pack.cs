namespace Bench.Shared;

/// <summary>A pack of reference material: tests take whatever lies in its folder.</summary>
internal static class Pack
{
    /// <summary>
    /// The folders below one of the shared material that hold a given file. Where there is none, one row that is
    /// skipped and says so.
    /// </summary>
    internal static IEnumerable<TheoryDataRow<string>> Folders(string path, string file)
    {
        var root = Repository.Shared(path);
        var found = Directory.Exists(root)
            ? Directory
                .EnumerateFiles(root, file, SearchOption.AllDirectories)
                .Select(found => Path.GetDirectoryName(found)!)
                .Order(StringComparer.Ordinal)
                .ToArray()
            : [];
        return found.Length > 0
            ? found.Select(folder => new TheoryDataRow<string>(folder))
            : [new TheoryDataRow<string>("") { Skip = $"needs reference data: {path}/*/{file} (set BENCH_SHARED)" }];
    }

    /// <summary>The files of a pattern in a folder of the shared material; none where it is absent.</summary>
    internal static IEnumerable<string> Files(string path, string pattern) =>
        Directory.Exists(Repository.Shared(path))
            ? Directory.EnumerateFiles(Repository.Shared(path), pattern).Order(StringComparer.Ordinal)
            : [];

    /// <summary>All rows with --long; else a sample of them, evenly spread.</summary>
    internal static IEnumerable<T> Rows<T>(IReadOnlyList<T> rows, int sample)
    {
        var count = Math.Min(rows.Count, Suite.Count(sample, rows.Count));
        return Enumerable.Range(0, count).Select(i => rows[(int)((long)i * rows.Count / count)]);
    }
}
