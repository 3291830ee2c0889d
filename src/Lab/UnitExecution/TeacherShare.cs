using Bench.Lab.Models;
using Bench.Lab.Training;
using Bench.Protocol.Costs;
using Bench.Protocol.Units;

namespace Bench.Lab.UnitExecution;

/// <summary>One charge of a teacher, spread over its sequences by the tokens that each took.</summary>
internal sealed class TeacherShare
{
    private readonly long[] tokens;
    private readonly double[] weights;
    private readonly int parts;

    // FLOPs of a forward pass grow nearly linearly with tokens at these lengths; shares by tokens add up to the whole.
    // A response that was not kept is
    // part of what those that were cost.
    // Where a response makes several examples, each has its part.
    internal TeacherShare(Charge whole, IReadOnlyList<Sequence> sequences, int parts = 1)
    {
        (Whole, this.parts) = (whole, parts);
        tokens = [.. sequences.Select(sequence => (long)sequence.Processed)];
        var total = (double)tokens.Sum();
        weights = [.. tokens.Select(count => count / total)];
    }

    /// <summary>The charge for all sequences.</summary>
    internal Charge Whole { get; }

    internal TeacherWork WorkOf(int sequence)
    {
        var flops = weights[sequence] * Whole.Flops;
        return Charge.WorkOf(Whole.Kind) == Work.Writing
            ? new TeacherWork(flops, Flops.Zero)
            : new TeacherWork(Flops.Zero, flops);
    }

    internal Charge For(IReadOnlySet<int> used)
    {
        var share = used.Sum(sequence => weights[sequence]);
        return Whole.Part(share, used.Sum(sequence => tokens[sequence]) / parts);
    }
}
