using Bench.Protocol.Budgets;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>
/// How learning rates are chosen: every method has the same trials, measured on validation items and charged as tuning.
/// </summary>
public sealed record TuningSpec
{
    /// <summary>The trials.</summary>
    [Key(
        "learning-rates",
        "the learning rates to try",
        Low = 1e-9,
        High = 10,
        Remedy = "give the learning rates to try"
    )]
    public required IReadOnlyList<double> LearningRates { get; init; }

    /// <summary>The budget of each trial, in the experiment's unit; null for as much as the smallest budget.</summary>
    [Key(
        "budget",
        "the budget of each trial, in the experiment's unit",
        Low = double.Epsilon,
        High = 1e30,
        Default = "the smallest budget"
    )]
    public double? Amount { get; init; }

    /// <summary>Validation items of each task.</summary>
    [Key("items", "validation items of each task", Low = 2, High = 100_000)]
    public int Items { get; init; } = 200;

    /// <summary>The trials' seed.</summary>
    [Key("seed", "the trials' seed", Low = 0, High = 1L << 53)]
    public long Seed { get; init; } = 1000;

    /// <summary>The budget of each trial.</summary>
    public Budget Budget { get; init; } = null!;

    /// <summary>Where the section stands in the file.</summary>
    public SourceLocation? Location { get; init; }

    /// <summary>Reads it beside the budgets of the experiment.</summary>
    internal static TuningSpec Read(SpecMapping section, IReadOnlyList<Budget> budgets)
    {
        var tuning = section.Read<TuningSpec>();
        section.Close();
        if (tuning.LearningRates.Distinct().Count() != tuning.LearningRates.Count)
            throw new SpecException(
                section.LocationOfValue("learning-rates"),
                "a learning rate stands twice",
                "remove one"
            );
        return tuning with
        {
            Budget = budgets[0] with { Amount = tuning.Amount ?? budgets[0].Amount },
            Location = section.Location,
        };
    }
}
