using Bench.Protocol.Costs;
using Bench.Protocol.Statistics.Curves;
using Bench.Protocol.Statistics.Distributions;
using Bench.Protocol.Statistics.Intervals;

namespace Bench.Protocol.Ledger;

/// <summary>
/// From how many students, and how many queries of one student, on what a teacher did is repaid. The interval is
/// Fieller's set of (the teacher's part) / (alone − distilled), with variances of both from leaving seeds and items
/// out, the teacher's items with the students'.
/// </summary>
/// <param name="Students">The number; null where distilling is no cheaper.</param>
/// <param name="Low">An end of its interval.</param>
/// <param name="High">The other; absent where the set is unbounded.</param>
/// <param name="Queries">The number for one student; null where the distilled one is no cheaper to use.</param>
internal sealed record Repayment(double? Students, double? Low, double? High, double? Queries)
{
    /// <summary>
    /// Known where both curves come from below the target and have budgets enough in their rise. Of a curve's costs
    /// only the teacher's part is shared among students.
    /// </summary>
    internal static Repayment? Of(Goal goal, Curve curve, Boundary boundary, Curve against)
    {
        if (
            !curve.IsReadable
            || !against.IsReadable
            || curve.Costs(boundary.OfTeacher) is not { } whole
            || curve.Costs(Boundary.StudentAlone) is not { } own
            || against.Costs(Boundary.StudentAlone) is not { } theirs
            || curve.Arms[0].Runs.Count != against.Arms[0].Runs.Count
        )
            return null;
        (double? Teacher, double? Distilled, double? Alone) At(int seed, int item)
        {
            var target = goal.Without(item);
            var distilled = curve.CostWithout(own, seed, item, target);
            return (
                curve.CostWithout(whole, seed, item, target) - distilled,
                distilled,
                against.CostWithout(theirs, seed, item, target)
            );
        }

        if (At(-1, -1) is not ({ } teacher, { } distilled, { } alone))
            return null;
        teacher = Math.Max(0, teacher);
        var queries =
            curve.QueryAt(goal.Target) is { } query && against.QueryAt(goal.Target) is { } queryAlone
                ? BreakEven.Queries(teacher, distilled, alone, query, queryAlone)
                : null;
        var set = Set(curve.Arms[0], (teacher, alone - distilled), At);
        return new Repayment(
            Students: BreakEven.Students(teacher, distilled, alone),
            Low: set is { Shape: FiellerShape.Bounded } ? Math.Max(0, set.Low!.Value) : null,
            High: set is { Shape: FiellerShape.Bounded } ? set.High : null,
            Queries: queries
        );
    }

    // Null where a target is out of reach without some seed or item.
    private static FiellerSet? Set(
        ScoredArm arm,
        (double Part, double Saved) whole,
        Func<int, int, (double? Teacher, double? Distilled, double? Alone)> at
    )
    {
        var (parts, saved, shared) = (0.0, 0.0, 0.0);
        foreach (var (count, isSeed) in new[] { (arm.Runs.Count, true), (arm.Items, false) })
        {
            if (count < 2)
                continue;
            var without = Enumerable.Range(0, count).Select(i => isSeed ? at(i, -1) : at(-1, i)).ToArray();
            if (without.Any(one => one is not ({ }, { }, { })))
                return null;
            double[] part = [.. without.Select(one => one.Teacher!.Value)],
                save = [.. without.Select(one => one.Alone!.Value - one.Distilled!.Value)];
            var t = StudentT.Critical(0.05, count - 1);
            var scale = t * t * (count - 1) / count;
            double Product(double[] x, double[] y) =>
                scale * x.Zip(y, (a, b) => (a - x.Average()) * (b - y.Average())).Sum();
            parts += Product(part, part);
            saved += Product(save, save);
            shared += Product(part, save);
        }

        return FiellerSet.Of((whole.Part, parts), (whole.Saved, saved), shared, quantile: 1);
    }
}
