using System.IO.Compression;
using System.Text.Json;

namespace Bench.Protocol.Ledger;

/// <summary>
/// The only reader and writer of a results folder. A file is written under a temporary name, flushed and renamed.
/// runs.csv comes last: a run counts as recorded when it stands there, so its rows appear together or not at all.
/// </summary>
public sealed class ResultsFolder(string path)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The folder of figures in a results folder.</summary>
    public const string FiguresName = "figures";

    /// <summary>The folder of tables for people in a results folder.</summary>
    public const string TablesName = "tables";

    private const string TrialsName = "trials.csv";
    private const string CurvesName = "curves.csv.gz";
    private const string SamplesName = "samples.csv";
    private const string UsesName = "use.csv";
    private const string UseItemsName = "use-items.csv.gz";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Figures => System.IO.Path.Combine(Path, FiguresName);

    public string Tables => System.IO.Path.Combine(Path, TablesName);

    /// <summary>Makes sure that results can be written here before anything is computed.</summary>
    /// <exception cref="LedgerException">The folder cannot be written to.</exception>
    public void CheckWritable()
    {
        try
        {
            Directory.CreateDirectory(Path);
            var probe = System.IO.Path.Combine(Path, $".probe-{Guid.NewGuid():N}.tmp");
            File.WriteAllBytes(probe, [0]);
            File.Delete(probe);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException(
                $"{Path}: cannot write here ({error.Message.ReplaceLineEndings(" ")}); choose another folder with --out"
            );
        }
    }

    /// <summary>
    /// The recorded rows, without the summary that follows from them; rows of runs that are not in runs.csv are left
    /// out.
    /// </summary>
    public Results Read()
    {
        if (!File.Exists(FileOf("runs.csv")))
            return Results.Empty;
        var runs = Table<RunRow>("runs.csv");
        var recorded = runs.Select(run => run.Run).ToHashSet(StringComparer.Ordinal);
        return new Results(
            Runs: runs,
            Scores: [.. Table<ScoreRow>("scores.csv").Where(row => recorded.Contains(row.Run))],
            Items: [.. Table<ItemRow>("items.csv.gz").Where(row => recorded.Contains(row.Run))],
            Charges: [.. Table<ChargeRow>("charges.csv").Where(row => recorded.Contains(row.Run))],
            Summary: []
        )
        {
            Trials = Optional<TrialRow>(TrialsName),
            Curves = [.. Optional<CurveRow>(CurvesName).Where(row => recorded.Contains(row.Run))],
            Samples = [.. Optional<SampleRow>(SamplesName).Where(row => recorded.Contains(row.Run))],
            Elsewhere = [.. Optional<ElsewhereRow>(ElsewhereRow.File).Where(row => recorded.Contains(row.Run))],
            Uses = [.. Optional<UseRow>(UsesName).Where(row => recorded.Contains(row.Run))],
            UseItems = [.. Optional<UseItemRow>(UseItemsName).Where(row => recorded.Contains(row.Run))],
        };
    }

    /// <summary>
    /// Replaces what is recorded by a function of it. Two runs that share a folder take turns, and each sees what the
    /// other wrote.
    /// </summary>
    public void Update(Func<Results, Manifest?, Results> change, Manifest manifest)
    {
        Directory.CreateDirectory(Path);
        using var turn = WaitForTurn();
        // Leftovers of a run that was killed while it wrote: nobody else writes now.
        foreach (var left in Directory.EnumerateFiles(Path, ".*.tmp"))
            File.Delete(left);
        Write(change(Read(), ReadManifest()));
        Write(manifest);
    }

    /// <summary>Writes everything.</summary>
    public void Write(Results results)
    {
        WriteTable("items.csv.gz", results.Items);
        WriteTable("scores.csv", results.Scores);
        WriteTable("charges.csv", results.Charges);
        WriteTable("summary.csv", results.Summary);
        ReplaceOrDelete(TrialsName, results.Trials);
        ReplaceOrDelete(CurvesName, results.Curves);
        ReplaceOrDelete(SamplesName, results.Samples);
        ReplaceOrDelete(UseItemsName, results.UseItems);
        ReplaceOrDelete(UsesName, results.Uses);
        ReplaceOrDelete(ElsewhereRow.File, results.Elsewhere);
        WriteTable("runs.csv", results.Runs);
    }

    private void ReplaceOrDelete<T>(string name, IReadOnlyList<T> rows)
        where T : class
    {
        if (rows.Count > 0)
            WriteTable(name, rows);
        else
            File.Delete(FileOf(name));
    }

    /// <summary>Reads a table that stands beside the others; empty where there is none.</summary>
    public IReadOnlyList<T> ReadTable<T>(string name)
        where T : class => Optional<T>(name);

    private IReadOnlyList<T> Optional<T>(string name)
        where T : class => File.Exists(FileOf(name)) ? Table<T>(name) : [];

    /// <summary>Writes a table, compressed where its name ends in .gz.</summary>
    public void WriteTable<T>(string name, IEnumerable<T> rows)
        where T : class =>
        Replace(
            name,
            stream =>
            {
                if (!name.EndsWith(".gz", StringComparison.Ordinal))
                {
                    CsvTable<T>.Write(stream, rows);
                    return;
                }

                using var zip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true);
                CsvTable<T>.Write(zip, rows);
            }
        );

    /// <summary>Writes a text that was made from the tables, with LF at the ends of its lines.</summary>
    /// <param name="name">Its name, with the folder in which it lies: tables/use.txt.</param>
    /// <param name="text">The text.</param>
    public void WriteText(string name, string text) =>
        WriteBytes(name, System.Text.Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n")));

    /// <summary>Writes a file that was made from the tables.</summary>
    public void WriteBytes(string name, byte[] bytes) => Replace(name, stream => stream.Write(bytes));

    /// <summary>
    /// Removes all figures and their captions: a figure that an experiment no longer has must not stay beside those
    /// that it has.
    /// </summary>
    public void RemoveFigures()
    {
        if (!Directory.Exists(Figures))
            return;
        foreach (
            var left in Directory
                .EnumerateFiles(Figures)
                .Where(file => System.IO.Path.GetExtension(file) is ".svg" or ".png" or ".md")
        )
            File.Delete(left);
    }

    /// <summary>The manifest, or null where there is none.</summary>
    public Manifest? ReadManifest()
    {
        if (!File.Exists(FileOf("manifest.json")))
            return null;
        try
        {
            return JsonSerializer.Deserialize<Manifest>(File.ReadAllBytes(FileOf("manifest.json")), Indented);
        }
        catch (JsonException error)
        {
            throw new LedgerException(
                $"{FileOf("manifest.json")}: {error.Message.ReplaceLineEndings(" ")}; mend it, or delete it and run "
                    + $"the experiment again"
            );
        }
    }

    public void Write(Manifest manifest) =>
        Replace(
            "manifest.json",
            stream =>
            {
                JsonSerializer.Serialize(stream, manifest, Indented);
                stream.WriteByte((byte)'\n');
            }
        );

    // The operating system lets go of the lock when its holder dies. The file stays: deleting it could hand the lock to
    // two at once.
    private FileStream WaitForTurn()
    {
        FileStream? turn = null;
        Exception? last = null;
        SpinWait.SpinUntil(
            () =>
            {
                try
                {
                    turn = new FileStream(FileOf(".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    last = error;
                }

                return turn is not null;
            },
            TimeSpan.FromSeconds(60)
        );
        return turn
            ?? throw new LedgerException(
                $"{Path}: cannot be locked ({last!.Message.ReplaceLineEndings(" ")}); is another run writing there?"
            );
    }

    private string FileOf(string name) => System.IO.Path.Combine(Path, name);

    private IReadOnlyList<T> Table<T>(string name)
        where T : class
    {
        try
        {
            using var stream = File.OpenRead(FileOf(name));
            if (!name.EndsWith(".gz", StringComparison.Ordinal))
                return CsvTable<T>.Read(stream, FileOf(name));
            using var zip = new GZipStream(stream, CompressionMode.Decompress);
            return CsvTable<T>.Read(zip, FileOf(name));
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new LedgerException(
                $"{FileOf(name)}: {error.Message.ReplaceLineEndings(" ")}; mend it, or move it away and run the "
                    + $"experiment again"
            );
        }
    }

    private void Replace(string name, Action<Stream> write)
    {
        try
        {
            var target = FileOf(name);
            var folder = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!).FullName;
            var temporary = System.IO.Path.Combine(
                folder,
                $".{System.IO.Path.GetFileName(name)}.{Guid.NewGuid():N}.tmp"
            );
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException($"{FileOf(name)}: cannot be written ({error.Message.ReplaceLineEndings(" ")})");
        }
    }
}
