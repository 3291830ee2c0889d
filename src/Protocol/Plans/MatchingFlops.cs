using Bench.Protocol.Costs;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Protocol.Plans;

/// <summary>
/// FLOPs of what matching of activations computes beside the student's own forward and backward pass: its matrix products, counted as in <see cref="ModelFlops"/>. The softmax of a
/// divergence is left out there, and here too.
/// </summary>
public static class MatchingFlops
{
    /// <summary>Forward and backward of a method's own products for some sequences; 0 for methods that match no activations.</summary>
    /// <param name="method">The method.</param>
    /// <param name="student">Who learns.</param>
    /// <param name="teacher">Whose activations were kept.</param>
    /// <param name="sequences">How many.</param>
    /// <param name="tokens">Tokens of each, padding included.</param>
    /// <param name="rows">Tokens that carry loss, in all sequences together.</param>
    public static Flops Training(MethodSpec method, ModelShape student, ModelShape teacher, int sequences, int tokens, double rows) => method.Objective switch
    {
        // The projection of each row; its gradient and that of what it projects cost as much each.
        "hidden-states" => new Flops(3 * 2.0 * rows * student.Width * teacher.Width),
        // Products of each position with those before it: the student's three times, the teacher's forward only.
        "attention-relations" => new Flops(sequences * 2.0 * tokens * (tokens + 1.0) / 2 * (3.0 * student.ProjectionRows + teacher.ProjectionRows)),
        _ => Flops.Zero,
    };
}
