using Bench.Protocol.Shapes;
using Bench.Protocol.Signals;
using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>Predicts the memory of a unit's process, in bytes.</summary>
internal sealed class MemoryModel(ExperimentSpec spec, ExampleLengths lengths)
{
    /// <summary>The memory of the runtime without a model.</summary>
    internal const long RuntimeBytes = 250L << 20;

    private static readonly LengthMix Whole = new(Keep.Trace);

    /// <summary>
    /// Parameters, gradients and two moments in float32 (in half precision the parameters have a master copy, and no
    /// more memory is needed), and the activations that a layer keeps for its backward pass. The fused kernels of the
    /// CPU do not keep the shares of attention: they compute them again.
    /// </summary>
    internal long Training(ModelShape shape, int batch)
    {
        var longest = lengths.Longest(Whole);
        var rows = (batch + spec.Training.MicroBatches - 1) / spec.Training.MicroBatches;
        double layer =
            6.0 * shape.Width
            + 3.0 * shape.FeedForward
            + 2.0 * shape.ProjectionRows
            + (IsFused ? 0 : (double)shape.Heads * longest);
        return RuntimeBytes
            + 16 * shape.Parameters
            + (long)(ValueBytes * rows * longest * (shape.Layers * layer + 3.0 * shape.Vocabulary));
    }

    /// <summary>
    /// Parameters, keys and values of every position, and the logits of the last one: for writing nothing else is kept.
    /// </summary>
    internal long Writing(ModelShape shape, int rows)
    {
        double longest = spec.Tasks.Max(task => task.Task.LongestWritten ?? lengths.Longest(Whole));
        var cache = rows * longest * 2 * shape.Layers * shape.KeyValueHeads * shape.HeadWidth;
        return RuntimeBytes
            + (long)(Prepared(shape) + ValueBytes * (shape.Parameters + cache) + 12.0 * rows * shape.Vocabulary);
    }

    /// <summary>Parameters, and the logits of every position of a pass, which are read in float32.</summary>
    internal long Reading(ModelShape shape)
    {
        var sequence = (double)lengths.Longest(Whole) * shape.Vocabulary;
        return RuntimeBytes
            + (long)(
                Prepared(shape)
                + ValueBytes * (double)shape.Parameters
                + 8 * Math.Max(sequence, Math.Min(1 << 27, 32 * sequence))
            );
    }

    private bool IsFused => spec is { Device: "cpu", Precision: Precision.F32 };

    private int ValueBytes => spec.Precision == Precision.BF16 ? 2 : 4;

    // The fused kernels hold weights a second time for reading and writing, up to that size.
    private double Prepared(ModelShape shape) =>
        IsFused && 4.0 * shape.Parameters <= (256L << 20) ? 4.0 * shape.Parameters : 0;
}
