namespace Bench.Protocol.Specs;

/// <summary>What a budget is counted in.</summary>
public enum BudgetUnit
{
    /// <summary>FLOPs of the student's training.</summary>
    StudentFlops,

    /// <summary>FLOPs of the student's training and of the teacher's work for it.</summary>
    TotalFlops,

    /// <summary>Student tokens that carry loss.</summary>
    Tokens,

    /// <summary>Training examples, repeats counted.</summary>
    Examples,

    /// <summary>Requests to the teacher; a baseline without a teacher gets as many gold examples.</summary>
    Queries,

    /// <summary>Dollars by the price table, from FLOPs.</summary>
    Usd,

    /// <summary>Wall-clock seconds of training: the only unit whose results depend on the machine.</summary>
    Seconds,
}

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
        ["usd"] = BudgetUnit.Usd,
        ["seconds"] = BudgetUnit.Seconds,
    };

    /// <summary>The unit's name in files.</summary>
    public string UnitName => Names.Single(pair => pair.Value == Unit).Key;
}
