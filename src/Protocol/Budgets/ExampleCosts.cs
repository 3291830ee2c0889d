using Bench.Protocol.Costs;

namespace Bench.Protocol.Budgets;

/// <summary>Predicted costs of examples, from which a budget tells how many it pays for.</summary>
public sealed record ExampleCosts
{
    /// <summary>The student's FLOPs for each example.</summary>
    public required double Student { get; init; }

    /// <summary>The teacher's FLOPs for each example while the student trains; 0 where all is prepared.</summary>
    public required double Live { get; init; }

    /// <summary>The teacher's FLOPs for writing each distinct example, spent ahead.</summary>
    public required double Written { get; init; }

    /// <summary>The teacher's FLOPs for reading each distinct example, spent ahead.</summary>
    public required double Read { get; init; }

    /// <summary>Distinct examples.</summary>
    public required double Pool { get; init; }

    /// <summary>Tokens of each example that carry loss.</summary>
    public required double LossTokens { get; init; }

    /// <summary>Requests to the teacher for each distinct example.</summary>
    public required double Queries { get; init; }

    /// <summary>Examples of a step.</summary>
    public required double Batch { get; init; }

    public required int Epochs { get; init; }

    public required Accelerator Prices { get; init; }

    /// <summary>The assumed rate of one process.</summary>
    public required double FlopsPerSecond { get; init; }

    /// <summary>
    /// Examples that an amount pays for, where each costs something each time, and something more the first time: what
    /// is written ahead is paid once for each distinct example.
    /// </summary>
    public double Until(double amount, double each, double first)
    {
        var withinPool = amount / (each + first);
        return withinPool <= Pool ? withinPool : Pool + (amount - Pool * (each + first)) / each;
    }
}
