using Bench.Protocol.Units;

namespace Bench.Protocol.Costs;

/// <summary>The cost of a training step.</summary>
/// <param name="Student">FLOPs of the student, padding included.</param>
/// <param name="Teacher">FLOPs of the teacher for examples that were not used before, and for what it reads
/// live.</param>
/// <param name="LossTokens">Tokens that carry loss.</param>
/// <param name="ProcessedTokens">All tokens, padding included.</param>
/// <param name="Examples">Examples, repeats counted.</param>
public readonly record struct StepCost(
    Flops Student,
    Flops Teacher,
    long LossTokens,
    long ProcessedTokens,
    int Examples
)
{
    /// <summary>
    /// The teacher's FLOPs for what it reads while the student trains; part of <see cref="Teacher"/>.
    /// </summary>
    public Flops Live { get; init; }

    /// <summary>The teacher's FLOPs for what it wrote; part of <see cref="Teacher"/>, the rest it reads.</summary>
    public Flops Written { get; init; }

    /// <summary>The tokens that it reads while the student trains.</summary>
    public long LiveTokens { get; init; }

    /// <summary>
    /// Requests to the teacher: a response that it writes, with its probabilities or without, or one of the student's
    /// that it scores.
    /// </summary>
    public double Queries { get; init; }
}
