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

    /// <summary>Students that taught the next: the first learns from the teacher, each later one from the one before, all from as many prompts and epochs.</summary>
    Generations,

    /// <summary>Wall-clock seconds of training: the only unit whose results depend on the machine.</summary>
    Seconds,
}
