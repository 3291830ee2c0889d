using Bench.Protocol.Costs;
using Bench.Protocol.Objectives;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Plans;

/// <summary>Lengths of a sample of an experiment's examples, batched as training batches them.</summary>
internal sealed class ExampleLengths(ExperimentSpec spec)
{
    private readonly Dictionary<LengthMix, SampleLength[]> samples = [];

    /// <summary>The mean over examples of a function of the tokens that a model processes.</summary>
    internal double Mean(LengthMix mix, Func<int, double> of) => Sample(mix).Average(length => of(length.Processed));

    /// <summary>Tokens that a model processes, in the mean.</summary>
    internal double Mean(LengthMix mix) => Mean(mix, length => length);

    /// <summary>Tokens that carry loss, in the mean.</summary>
    internal double MeanLoss(LengthMix mix) => Sample(mix).Average(length => length.Response);

    /// <summary>The most tokens that a model processes.</summary>
    internal int Longest(LengthMix mix) => Sample(mix).Max(length => length.Processed);

    /// <summary>
    /// FLOPs and processed tokens of one training example, its share of the batch's padding included.
    /// </summary>
    /// <param name="mix">Which examples.</param>
    /// <param name="shape">The student's.</param>
    /// <param name="batch">Examples of a step.</param>
    /// <param name="beside">Further computations of the objective; null for none.</param>
    /// <param name="teacher">The teacher's shape, for that.</param>
    internal (double Flops, double Tokens) Padded(
        LengthMix mix,
        ModelShape shape,
        int batch,
        Objective? beside,
        ModelShape teacher
    )
    {
        var (flops, tokens, count) = (0.0, 0.0, 0);
        foreach (var window in Sample(mix).Chunk(LengthBuckets.Window * batch))
        {
            foreach (var members in LengthBuckets.Arrange([.. window.Select(length => length.Processed)], batch))
            {
                var longest = members.Max(member => window[member].Processed);
                flops += members.Length * ModelFlops.Training(shape, longest).Value;
                flops +=
                    beside
                        ?.Beside(
                            shape,
                            teacher,
                            members.Length,
                            longest,
                            members.Sum(member => window[member].Response)
                        )
                        .Value
                    ?? 0;
                tokens += (double)members.Length * longest;
                count += members.Length;
            }
        }

        return (flops / count, tokens / count);
    }

    private SampleLength[] Sample(LengthMix mix)
    {
        if (samples.TryGetValue(mix, out var known))
            return known;
        var tasks = spec.Tasks.Where(task => mix.IsMeasured || task.Task.HasTraining).ToArray();
        var each = Math.Max(64, LengthBuckets.Window * spec.Training.Batch / tasks.Length);
        var shares = mix.Shares is null
            ? null
            : PromptShares.Fractions(spec, mix.Shares).ToDictionary(entry => entry.Task, entry => entry.Share);
        var sample = tasks
            .SelectMany(task =>
                shares is null
                    ? task.Task.Lengths(mix.Keep, each)
                    : Repeated(task, mix, (int)Math.Ceiling(each * tasks.Length * shares[task]))
            )
            .ToArray();
        // Interleaved as shuffling would, so that a window holds every task.
        var order = new Seed(0).Stream("lengths").Permutation(sample.Length);
        return samples[mix] = [.. order.Select(i => sample[i])];
    }

    // A task with few problems keeps its share of the sample.
    private static IEnumerable<SampleLength> Repeated(TaskSpec task, LengthMix mix, int count)
    {
        var drawn = task.Task.Lengths(mix.Keep, count).ToArray();
        return Enumerable.Range(0, Math.Max(drawn.Length, count)).Select(i => drawn[i % drawn.Length]);
    }
}
