namespace Bench.Protocol.Claims;

/// <summary>A number that claims state, by its column.</summary>
/// <param name="Column">As in the table.</param>
/// <param name="Label">In words, with its unit.</param>
/// <param name="Of">Its value in a claim.</param>
public sealed record Quantity(string Column, string Label, Func<Claim, double?> Of)
{
    public static Quantity GpuHours { get; } =
        new("gpu_hours", "GPU-hours", claim => claim.GpuHours ?? claim.GpuCount * claim.WallHours);

    public static Quantity Cost { get; } = new("stated_cost_usd", "dollars", claim => claim.Cost);

    /// <summary>Every quantity that a cross-check may name.</summary>
    public static IReadOnlyList<Quantity> Named { get; } =
    [
        GpuHours,
        Cost,
        new("wall_hours", "hours", claim => claim.WallHours),
        new("train_tokens", "tokens", claim => claim.Tokens),
        new("train_examples", "examples", claim => claim.Examples),
    ];
}
