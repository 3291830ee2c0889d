using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>An amount of a unit.</summary>
public sealed record Budget(BudgetUnit Unit, double Amount)
{
    /// <summary>The names in the experiment file and the ledger.</summary>
    public static IReadOnlyDictionary<string, BudgetUnit> Names { get; } = new Dictionary<string, BudgetUnit>(StringComparer.Ordinal)
    {
        ["student-flops"] = BudgetUnit.StudentFlops,
        ["total-flops"] = BudgetUnit.TotalFlops,
        ["tokens"] = BudgetUnit.Tokens,
        ["examples"] = BudgetUnit.Examples,
        ["queries"] = BudgetUnit.Queries,
        ["generations"] = BudgetUnit.Generations,
        ["usd"] = BudgetUnit.Usd,
        ["seconds"] = BudgetUnit.Seconds,
    };

    /// <summary>What a result depends on.</summary>
    public Inputs Inputs => new() { { "unit", UnitName }, { "amount", Amount } };

    /// <summary>The amount as people write it: 500, or 4e11.</summary>
    public string AmountText => Amount.ToString(Amount is >= 0.001 and < 1e5 ? "0.###" : "0.##e0", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The unit on an axis.</summary>
    public string UnitLabel => Unit switch
    {
        BudgetUnit.StudentFlops => "student FLOPs",
        BudgetUnit.TotalFlops => "total FLOPs",
        BudgetUnit.Usd => "USD",
        _ => UnitName,
    };

    /// <summary>The unit's name in files.</summary>
    public string UnitName => Names.Single(pair => pair.Value == Unit).Key;
}
