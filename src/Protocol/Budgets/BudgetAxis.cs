namespace Bench.Protocol.Budgets;

/// <summary>An axis of figures.</summary>
/// <param name="Name">Part of a figure's file name, e.g. flops.</param>
/// <param name="Label">Quantity and unit.</param>
public sealed record BudgetAxis(string Name, string Label)
{
    /// <summary>All FLOPs inside the declared boundary.</summary>
    public static BudgetAxis Compute { get; } = new("flops", "total compute (FLOPs)");

    /// <summary>Requests to the teacher.</summary>
    public static BudgetAxis Queries { get; } = new("queries", "queries to the teacher");

    /// <summary>Students that taught the next.</summary>
    public static BudgetAxis Generations { get; } = new("generations", "generation") { IsEven = true };

    /// <summary>Whether neighbouring values are equally far apart; else the axis is logarithmic.</summary>
    public bool IsEven { get; init; }
}
