using Bench.Protocol.Units;
using MathNet.Numerics.Statistics;

namespace Bench.Protocol.Claims;

/// <summary>How closely a table of claims is bounded, and which missing number would narrow it most.</summary>
public static class ClaimSummary
{
    /// <summary>The factors by which bounds are counted.</summary>
    public static readonly IReadOnlyList<double> Factors = [2, 5, 10];

    private static readonly (string Name, Func<RunCheck, Bounds?> Of)[] Bounded =
    [
        ("dollars", check => check.Dollars),
        ("GPU-hours", check => check.GpuHours),
        ("FLOPs", check => check.Flops),
    ];

    /// <summary>
    /// For dollars, GPU-hours and FLOPs: how many runs are bounded within each factor of <see cref="Factors"/> and no
    /// smaller one, how many by a larger, and how many not at all.
    /// </summary>
    public static IReadOnlyList<(string Quantity, IReadOnlyList<int> Counts)> Counts(IReadOnlyList<RunCheck> checks) =>
        [
            .. Bounded.Select(quantity =>
            {
                var counts = new int[Factors.Count + 2];
                foreach (var check in checks)
                {
                    var place = quantity.Of(check) is not { } bounds
                        ? Factors.Count + 1
                        : Factors.TakeWhile(factor => bounds.Factor > factor).Count();
                    counts[place]++;
                }

                return (quantity.Name, (IReadOnlyList<int>)counts);
            }),
        ];

    /// <summary>
    /// For each open quantity, the factor by which it would narrow the bounds of the dollars of each run where it is
    /// open, the most of its stages; those with the largest median first. Quantities that narrow nothing are left out.
    /// </summary>
    public static IReadOnlyList<(string Quantity, IReadOnlyList<(string Run, double Factor)> Runs)> Narrowing(
        IReadOnlyList<RunCheck> checks
    ) =>
        [
            .. checks
                .SelectMany(check =>
                    check
                        .Open.Where(open => open is { Factor: not null, FactorIfKnown: not null })
                        .GroupBy(open => open.Name)
                        .Select(group =>
                            (
                                Quantity: group.Key,
                                check.Run,
                                Factor: group.Max(open => open.Factor!.Value / open.FactorIfKnown!.Value)
                            )
                        )
                )
                .Where(entry => entry.Factor > 1 + 1e-9)
                .GroupBy(entry => entry.Quantity)
                .Select(group =>
                    (group.Key, (IReadOnlyList<(string, double)>)[.. group.Select(entry => (entry.Run, entry.Factor))])
                )
                .OrderByDescending(entry => entry.Item2.Select(run => run.Item2).Median()),
        ];
}
