using System.Text.Encodings.Web;
using System.Text.Json;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>
/// The things that an experiment committed itself to before its first run: the question, the contrast that answers it,
/// the seeds and the test items. It stands beside the experiment as registration.json.
/// </summary>
public sealed record Registration
{
    /// <summary>Its file, beside the experiment's.</summary>
    public const string FileName = "registration.json";

    private static readonly JsonSerializerOptions Form = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required string Experiment { get; init; }

    public required string Question { get; init; }

    /// <summary>The contrast that answers the question: of less against.</summary>
    public required string Primary { get; init; }

    /// <summary>The budget at which it does: the largest.</summary>
    public required string Budget { get; init; }

    /// <summary>All declared contrasts, the family that Holm takes.</summary>
    public required IReadOnlyList<string> Contrasts { get; init; }

    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>The number of test items asked of each task.</summary>
    public required int TestItems { get; init; }

    /// <summary>The hash of everything that the test items follow from, by task.</summary>
    public required IReadOnlyDictionary<string, string> TestSplit { get; init; }

    public required string RegisteredUtc { get; init; }

    /// <summary>The registration of an experiment.</summary>
    /// <exception cref="SpecException">It declares no primary contrast.</exception>
    public static Registration Of(ExperimentSpec spec, string registeredUtc) =>
        new()
        {
            Experiment = spec.Name,
            Question = spec.Question,
            Primary = spec.Contrasts.FirstOrDefault(contrast => contrast.Primary) is { } primary
                ? Text(primary)
                : throw new SpecException(
                    new SourceLocation(spec.File, 1, 1),
                    "no contrast is primary, and nothing can be registered",
                    "add contrasts: [{ of: METHOD, against: METHOD, primary: true }]"
                ),
            Budget = $"{spec.Budgets[^1].AmountText} {spec.Budgets[^1].Label}",
            Contrasts = [.. spec.Contrasts.Select(Text)],
            Seeds = spec.Seeds,
            TestItems = spec.Evaluation.Items,
            TestSplit = spec.Tasks.ToDictionary(
                task => task.Name,
                task =>
                    Fingerprint
                        .Of("test-split", new Inputs { { "tasks", new[] { task }.Select(own => own.Inputs) } })
                        .Text
            ),
            RegisteredUtc = registeredUtc,
        };

    /// <summary>Its file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Form) + "\n";

    /// <summary>Reads a file.</summary>
    /// <exception cref="UsageException">It is no registration.</exception>
    public static Registration Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Registration>(File.ReadAllBytes(path), Form)
                ?? throw new JsonException("it is empty");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"{path}: no registration ({error.Message.ReplaceLineEndings(" ")})",
                "restore it from version control"
            );
        }
    }

    /// <summary>In what an experiment departs from what was registered.</summary>
    public IReadOnlyList<string> Departures(ExperimentSpec spec)
    {
        if (spec.Contrasts.All(contrast => !contrast.Primary))
            return ["no contrast is primary any more"];
        var now = Of(spec, RegisteredUtc);
        return
        [
            .. new (string What, bool Same)[]
            {
                ("the name", now.Experiment == Experiment),
                ("the question", now.Question == Question),
                ("the primary contrast", now.Primary == Primary),
                ("the largest budget", now.Budget == Budget),
                ("the declared contrasts", now.Contrasts.SequenceEqual(Contrasts)),
                ("the seeds", now.Seeds.SequenceEqual(Seeds)),
                (
                    "the test items",
                    now.TestItems == TestItems
                        && now.TestSplit.Count == TestSplit.Count
                        && now.TestSplit.All(pair => TestSplit.GetValueOrDefault(pair.Key) == pair.Value)
                ),
            }
                .Where(part => !part.Same)
                .Select(part => $"{part.What} changed"),
        ];
    }

    private static string Text(ContrastSpec contrast) => $"{contrast.Of} - {contrast.Against}";
}
