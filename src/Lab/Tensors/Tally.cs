using Bench.Protocol.Costs;
using Bench.Protocol.Units;

namespace Bench.Lab.Tensors;

/// <summary>
/// The charges so far, by kind. It is read while the work goes on: a process that is killed has spent what stands here.
/// </summary>
public sealed class Tally
{
    private readonly Lock turn = new();
    private readonly SortedDictionary<ChargeKind, (long Tokens, Flops Flops)> sums = [];

    /// <summary>The charges of what is done, without seconds.</summary>
    public IReadOnlyList<Charge> Charges
    {
        get
        {
            lock (turn)
                return [.. sums.Select(sum => new Charge(sum.Key, sum.Value.Tokens, sum.Value.Flops, default))];
        }
    }

    internal void Add(ChargeKind kind, long tokens, Flops flops)
    {
        lock (turn)
        {
            var (before, spent) = sums.GetValueOrDefault(kind);
            sums[kind] = (before + tokens, spent + flops);
        }
    }
}
