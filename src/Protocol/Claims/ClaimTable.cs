using Bench.Protocol.Reading;
using Bench.Protocol.Units;
using CsvHelper;

namespace Bench.Protocol.Claims;

/// <summary>
/// Reads tables of claims, prices and cross-checks, strictly: what is wrong is said with its row and column.
/// </summary>
public static class ClaimTable
{
    private static readonly string[] Methods = ["sft_on_traces", "logit_kd", "on_policy", "rl", "pretraining", "other"];

    /// <summary>The claims of a file.</summary>
    /// <exception cref="SpecException">It is missing, a column is missing, a cell is wrong, or an id stands
    /// twice.</exception>
    public static IReadOnlyList<Claim> Read(string path)
    {
        var claims = new List<Claim>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in Rows(path))
        {
            var id = row.Text("claim_id", required: true);
            if (!ids.Add(id))
                throw row.Wrong("claim_id", $"'{id}' stands twice");
            var method = row.Text("method");
            if (method.Length > 0 && !Methods.Contains(method))
                throw row.Wrong("method", $"'{method}' is no method; {Suggestion.For(method, Methods)}");
            claims.Add(
                new Claim(id, row.Number)
                {
                    Year = (int?)row.Amount("year"),
                    Title = row.Text("title"),
                    Teacher = row.Text("teacher"),
                    Student = row.Text("student"),
                    Parameters = row.Amount("student_params"),
                    Method = method,
                    Examples = row.Amount("train_examples"),
                    Tokens = row.Amount("train_tokens"),
                    Epochs = row.Amount("epochs"),
                    Gpu = row.Text("gpu_type"),
                    GpuCount = row.Amount("gpu_count"),
                    WallHours = row.Amount("wall_hours"),
                    GpuHours = row.Amount("gpu_hours"),
                    Cost = row.Amount("stated_cost_usd"),
                    Price = row.Amount("stated_price_per_gpu_hour"),
                    Benchmark = row.Text("benchmark"),
                    Metric = row.Text("metric"),
                    TeacherScore = row.Amount("teacher_score", signed: true),
                    Before = row.Amount("student_score_before", signed: true),
                    After = row.Amount("student_score_after", signed: true),
                    Source = row.Text("source_url"),
                    Keys = Keys(row.Text("note")),
                }
            );
        }

        return claims.Count > 0
            ? claims
            : throw new UsageException(
                $"{path}: no claims in it",
                "one line for each run and benchmark below the header"
            );
    }

    /// <summary>The accelerators of a file.</summary>
    /// <exception cref="SpecException">It is missing or wrong.</exception>
    public static IReadOnlyList<MarketPrice> Prices(string path) =>
        [
            .. Rows(path)
                .Select(row => new MarketPrice(
                    Name: row.Text("accelerator", required: true),
                    PeakFlops: row.Amount("peak_dense_bf16_tflops") * 1e12,
                    Low: row.Amount("typical_price_usd_per_hour_low")
                        ?? throw row.Wrong("typical_price_usd_per_hour_low", "a price is missing"),
                    High: row.Amount("typical_price_usd_per_hour_high")
                        ?? throw row.Wrong("typical_price_usd_per_hour_high", "a price is missing"),
                    Date: row.Text("price_date")
                )
                {
                    Peak8Flops = row.Has("peak_dense_fp8_tflops") ? row.Amount("peak_dense_fp8_tflops") * 1e12 : null,
                    Memory = row.Has("memory_gb") ? row.Amount("memory_gb") : null,
                    Market = row.Has("market") ? row.Text("market") : "",
                }),
        ];

    /// <summary>The assumed ranges of a file.</summary>
    /// <exception cref="SpecException">It is missing or wrong.</exception>
    public static IReadOnlyList<AssumedRange> Ranges(string path) =>
        [
            .. Rows(path)
                .Select(row =>
                {
                    var quantity = row.Text("quantity", required: true);
                    if (!Open.Assumed.Contains(quantity))
                        throw row.Wrong(
                            "quantity",
                            $"'{quantity}' is no quantity; {Suggestion.For(quantity, Open.Assumed)}"
                        );
                    var low = row.Amount("low") is > 0 and var least
                        ? least
                        : throw row.Wrong("low", "it is not above 0");
                    return new AssumedRange(
                        quantity,
                        row.Amount("high") is { } high && high >= low
                            ? new Bounds(low, high)
                            : throw row.Wrong("high", "it is below the lower bound"),
                        row.Text("reason", required: true)
                    )
                    {
                        Method = row.Text("method"),
                        Precision = row.Text("precision"),
                        Since = (int)(row.Amount("since") ?? 0),
                        From = row.Amount("parameters_from") ?? 0,
                        To = row.Amount("parameters_to") ?? double.PositiveInfinity,
                    };
                }),
        ];

    /// <summary>The claims with the number of items of their benchmarks, where a file of benchmarks knows it.</summary>
    /// <exception cref="SpecException">The file is missing or wrong.</exception>
    public static IReadOnlyList<Claim> WithItems(IReadOnlyList<Claim> claims, string path)
    {
        var items = Rows(path)
            .ToDictionary(
                row => row.Text("benchmark", required: true),
                row => (int)(row.Amount("items") ?? throw row.Wrong("items", "a number of items is missing")),
                StringComparer.Ordinal
            );
        return
        [
            .. claims.Select(claim =>
                items.TryGetValue(claim.Benchmark, out var count) && count > 0 ? claim with { Items = count } : claim
            ),
        ];
    }

    /// <summary>The cross-checks of a file: what rows say of each other.</summary>
    /// <exception cref="SpecException">It is missing or wrong, or names a claim that is not there.</exception>
    public static IReadOnlyList<CrossCheck> CrossChecks(string path, IReadOnlyList<Claim> claims)
    {
        var known = claims.ToDictionary(claim => claim.Id, StringComparer.Ordinal);
        Claim Find(TableRow row, string column, string id) =>
            known.TryGetValue(id, out var claim)
                ? claim
                : throw row.Wrong(column, $"there is no claim '{id}'; {Suggestion.For(id, known.Keys)}");
        return
        [
            .. Rows(path)
                .Select(row => new CrossCheck(
                    Claim: Find(row, "claim", row.Text("claim", required: true)),
                    Others:
                    [
                        .. row.Text("others", required: true)
                            .Split(';', StringSplitOptions.TrimEntries)
                            .Select(id => Find(row, "others", id)),
                    ],
                    Quantity: row.Quantity("quantity"),
                    OtherQuantity: row.Quantity("other_quantity"),
                    Factor: row.Amount("factor") ?? 1,
                    Reason: row.Text("reason")
                )),
        ];
    }

    private static Dictionary<string, string> Keys(string note)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in note.Split(';', StringSplitOptions.TrimEntries))
        {
            var equals = item.IndexOf('=');
            if (equals > 0 && item[..equals].All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
                keys.TryAdd(item[..equals], item[(equals + 1)..]);
        }

        return keys;
    }

    private static IEnumerable<TableRow> Rows(string path)
    {
        if (!File.Exists(path))
            throw new UsageException($"there is no table '{path}'", "give a CSV file");
        using var stream = File.OpenRead(path);
        using var csv = CsvReader.Create(
            stream,
            CsvReaderOptions.Default with
            {
                TrackLineNumbers = true,
            },
            leaveOpen: true
        );
        Dictionary<string, int>? columns = null;
        while (true)
        {
            try
            {
                if (!csv.Read())
                    yield break;
                if (columns is null)
                {
                    columns = new Dictionary<string, int>(StringComparer.Ordinal);
                    for (var i = 0; i < csv.Headers.Count; i++)
                        if (!columns.TryAdd(csv.Headers[i].Trim(), i))
                            throw new SpecException(
                                new SourceLocation(path, 1, 1),
                                $"the column '{csv.Headers[i]}' stands twice",
                                "rename one"
                            );
                }
            }
            catch (CsvFormatException error)
            {
                throw new SpecException(
                    new SourceLocation(path, (int)Math.Max(error.LineNumber, 1), 1),
                    $"not CSV ({error.Message.ReplaceLineEndings(" ")})",
                    "RFC 4180: commas, and quotes around what holds them"
                );
            }

            yield return new TableRow(path, (int)csv.LineNumber, columns, csv);
        }
    }
}
