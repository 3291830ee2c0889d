using System.Text.Json.Serialization;
using Bench.Protocol.Units;

namespace Bench.Protocol.Costs;

/// <summary>The cost of a piece of work. Work returns its charge together with its result.</summary>
public sealed record Charge(ChargeKind Kind, long Tokens, Flops Flops, Seconds Seconds)
{
    /// <summary>The kinds' names in the experiment file and the ledger.</summary>
    public static IReadOnlyDictionary<string, ChargeKind> Names { get; } =
        new Dictionary<string, ChargeKind>(StringComparer.Ordinal)
        {
            ["teacher-training"] = ChargeKind.TeacherTraining,
            ["teacher-generation"] = ChargeKind.TeacherGeneration,
            ["teacher-scoring"] = ChargeKind.TeacherScoring,
            ["student-training"] = ChargeKind.StudentTraining,
            ["evaluation"] = ChargeKind.Evaluation,
            ["tuning"] = ChargeKind.Tuning,
            ["student-pretraining"] = ChargeKind.StudentPretraining,
            ["lost-attempts"] = ChargeKind.LostAttempts,
        };

    /// <summary>
    /// Whether nobody knows how many FLOPs it took, as of a distant server: then there are none here, and none in any
    /// table.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FlopsUnknown { get; init; }

    /// <summary>
    /// Those of its tokens that a distant server was sent, and asks another price for than for what it wrote; null
    /// elsewhere.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PromptTokens { get; init; }

    /// <summary>A server's price for it, by the experiment's prices; null where dollars follow from FLOPs.</summary>
    [JsonIgnore]
    public Usd? Paid { get; init; }

    /// <summary>Its list price: what was paid, or the price of its FLOPs; null where neither is known.</summary>
    public Usd? ListPrice(Accelerator prices) => Paid ?? (FlopsUnknown ? null : prices.Cost([this]));

    /// <summary>The sum that was paid, or the rent of its seconds; null where neither is known.</summary>
    public Usd? Rent(Accelerator prices, string device, int threads) =>
        Paid ?? (FlopsUnknown ? null : prices.Rent(Seconds, device, threads));

    /// <summary>A part of it.</summary>
    public Charge Part(double share, long tokens) =>
        this with
        {
            Tokens = PromptTokens is null ? tokens : (long)Math.Round(share * Tokens),
            Flops = share * Flops,
            Seconds = share * Seconds,
            PromptTokens = PromptTokens is { } prompt ? (long)Math.Round(share * prompt) : null,
        };

    /// <summary>
    /// The work that most of a kind's FLOPs are. A student that learns from its own samples writes them within its
    /// training, and is priced as training.
    /// </summary>
    public static Work WorkOf(ChargeKind kind) =>
        kind switch
        {
            ChargeKind.TeacherGeneration or ChargeKind.Evaluation => Work.Writing,
            ChargeKind.TeacherScoring => Work.Reading,
            _ => Work.Training,
        };

    /// <summary>The kind's name in files.</summary>
    public static string NameOf(ChargeKind kind) => Names.Single(pair => pair.Value == kind).Key;

    /// <summary>The sum of two charges of one kind.</summary>
    public Charge Plus(Charge other) =>
        other.Kind == Kind
            ? new Charge(Kind, Tokens + other.Tokens, Flops + other.Flops, Seconds + other.Seconds)
            {
                FlopsUnknown = FlopsUnknown || other.FlopsUnknown,
                PromptTokens =
                    PromptTokens is null && other.PromptTokens is null
                        ? null
                        : (PromptTokens ?? 0) + (other.PromptTokens ?? 0),
            }
            : throw new ArgumentException(
                $"cannot add a charge of {NameOf(other.Kind)} to one of {NameOf(Kind)}",
                nameof(other)
            );
}
