namespace Bench.Protocol.Claims;

/// <summary>
/// A row of a table of claims: one training run and one benchmark. A quantity that the source does not state is null.
/// </summary>
/// <param name="Id">run/benchmark or run/stage.</param>
/// <param name="Row">Its line in the file, the header being line 1.</param>
public sealed record Claim(string Id, int Row)
{
    public required int? Year { get; init; }

    public required string Title { get; init; }

    public required string Teacher { get; init; }

    public required string Student { get; init; }

    /// <summary>Parameters of the student, all of them.</summary>
    public required double? Parameters { get; init; }

    /// <summary>sft_on_traces, logit_kd, on_policy, rl, pretraining or other.</summary>
    public required string Method { get; init; }

    public required double? Examples { get; init; }

    public required double? Tokens { get; init; }

    public required double? Epochs { get; init; }

    public required string Gpu { get; init; }

    public required double? GpuCount { get; init; }

    public required double? WallHours { get; init; }

    public required double? GpuHours { get; init; }

    /// <summary>In dollars, as printed.</summary>
    public required double? Cost { get; init; }

    /// <summary>In dollars for a GPU and hour, as printed.</summary>
    public required double? Price { get; init; }

    public required string Benchmark { get; init; }

    public required string Metric { get; init; }

    /// <summary>Items of the benchmark; null where they are not known.</summary>
    public int? Items { get; init; }

    public required double? TeacherScore { get; init; }

    public required double? Before { get; init; }

    public required double? After { get; init; }

    public required string Source { get; init; }

    /// <summary>The note's key=value items.</summary>
    public required IReadOnlyDictionary<string, string> Keys { get; init; }

    /// <summary>The part of the id that names the run.</summary>
    public string Run => Id.Split('/')[0];

    /// <summary>The part that names the benchmark or the stage.</summary>
    public string Part => Id.Contains('/') ? Id[(Id.IndexOf('/') + 1)..] : Id;

    /// <summary>Whether the stated cost is an upper bound.</summary>
    public bool CostIsBound => Keys.GetValueOrDefault("cost_bound") == "upper";

    /// <summary>The parameters that a token passes through: those that are active of a mixture of experts.</summary>
    public double? TrainedParameters => Number("active_params") ?? Parameters;

    /// <summary>The precision of its products where it is not half precision, e.g. fp8; else empty.</summary>
    public string Precision => Keys.GetValueOrDefault("precision", "");

    /// <summary>The run that a row measures anew; null where it is a run of its own.</summary>
    public string? SameRunAs => Keys.GetValueOrDefault("same_run_as");

    /// <summary>Whether the row is a part of another's work, such as a run's state in its middle, and no
    /// stage.</summary>
    public bool IsPart => Keys.ContainsKey("part_of");

    /// <summary>Whether a model is trained, rather than data bought or written.</summary>
    public bool IsTraining => Method is not ("other" or "");

    /// <summary>Training FLOPs as printed, the teacher's with them where they are its own figure.</summary>
    public double? StatedFlops => Number("total_flops") ?? Number("student_flops") + (Number("teacher_flops") ?? 0);

    /// <summary>Whether its tokens are those of one pass.</summary>
    public bool TokensAreOfOnePass => Keys.GetValueOrDefault("tokens_basis") == "per_epoch";

    /// <summary>Whether the row says anything of what the run took.</summary>
    public bool HasCost =>
        StatedFlops is not null
        || (IsTraining && (Examples is not null || Number("derived_train_tokens_per_epoch") is not null))
        || GpuCount is not null
        || WallHours is not null
        || GpuHours is not null
        || Cost is not null
        || Price is not null
        || Tokens is not null;

    // The quantities by which a run is bounded, and whether a row has them.
    private static readonly (string Name, Func<Claim, bool> Has)[] Wanted =
    [
        ("parameters", claim => claim.TrainedParameters is not null || claim.StatedFlops is not null),
        ("tokens", claim => claim.Tokens is not null || claim.StatedFlops is not null),
        ("GPU-hours", claim => Quantity.GpuHours.Of(claim) is not null),
        ("dollars", claim => claim.Cost is not null),
    ];

    /// <summary>Those of the quantities by which a run is bounded that a row lacks; all where there is no
    /// row.</summary>
    internal static IReadOnlyList<string> AbsentFrom(IReadOnlyList<Claim> rows) =>
        [
            .. Wanted
                .Where(quantity => rows.Count == 0 || rows.Any(row => !quantity.Has(row)))
                .Select(quantity => quantity.Name),
        ];

    /// <summary>The row's facts about the run: rows of a run that agree in them describe the same work.</summary>
    internal object Work =>
        (
            Parameters,
            Method,
            Examples,
            Tokens,
            Epochs,
            Gpu,
            GpuCount,
            WallHours,
            (GpuHours, Cost, Price, Keys.GetValueOrDefault("active_params"), Keys.GetValueOrDefault("tokens_basis"))
        );

    /// <summary>A number among the note's items.</summary>
    internal double? Number(string key) =>
        Keys.TryGetValue(key, out var text)
        && double.TryParse(
            text.Split(' ')[0],
            System.Globalization.NumberStyles.Float,
            System.Globalization.CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;
}
