using Bench.Protocol.Costs;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Curves;
using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Statistics.Laws;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Ledger;

/// <summary>
/// Scaling laws from an experiment's runs: one of students without the teacher's probabilities, one of distilled
/// students, both above one floor, and where the two cross at equal total compute.
/// </summary>
public sealed class Laws
{
    private const int Grid = 400;

    private readonly ExperimentSpec spec;
    private readonly Results results;
    private readonly Metric metric;
    private readonly Dictionary<string, LawFit> fits = new(StringComparer.Ordinal);

    private Laws(ExperimentSpec spec, Results results)
    {
        (this.spec, this.results, metric) = (spec, results, spec.LossMetric!);
        foreach (var method in (string[])[spec.Laws!.Supervised, spec.Laws.Distilled])
            fits[method] = LawFit.Of(Points(method), Floor);
    }

    /// <summary>The laws that an experiment asks for; null where it asks for none or has no runs yet.</summary>
    public static Laws? Of(ExperimentSpec spec, Results results) =>
        spec.Laws is null || results.Summary.Count == 0 ? null : new Laws(spec, results);

    /// <summary>The metric that is fitted.</summary>
    public Metric Metric => metric;

    public LawFit Fit(string method) => fits[method];

    /// <summary>
    /// The loss that no student of either method undercuts: the teacher's own on text that it sampled, which is its
    /// entropy. Null on other text, whose own entropy nobody knows: then each law fits its own.
    /// </summary>
    public double? Floor =>
        metric != Metric.BitsPerToken
            ? null
            : results
                .Summary.Where(row =>
                    row.Method == Summary.Teacher && row.Metric == metric.Name && row.Task == spec.Tasks[0].Name
                )
                .Select(row => (double?)row.Value)
                .FirstOrDefault();

    /// <summary>
    /// The measured losses of a method, one for each student and number of tokens, over seeds in the mean.
    /// </summary>
    public IReadOnlyList<LossPoint> Points(string method) =>
        [
            .. results
                .Summary.Where(row =>
                    row.Method == method
                    && row.Metric == metric.Name
                    && row.Task == spec.Tasks[0].Name
                    && row.Budget is not null
                )
                .Select(row => new LossPoint(Sizes[row.Student], row.Budget!.Value, row.Value)),
        ];

    /// <summary>Parameters of each student that was measured.</summary>
    public IReadOnlyDictionary<string, double> Sizes =>
        results
            .Runs.Where(run => run.StudentParams is not null && run.Student.Length > 0)
            .GroupBy(run => run.Student)
            .ToDictionary(group => group.Key, group => (double)group.First().StudentParams!.Value);

    public IReadOnlyList<LawRow> Rows() => [.. fits.SelectMany(pair => Rows(pair.Key, pair.Value))];

    private IEnumerable<LawRow> Rows(string method, LawFit fit)
    {
        LawRow Row(string constant, Interval? estimate) =>
            new(
                Law: Floor is null ? "E + A/N^alpha + B/D^beta" : "teacher's entropy + A/N^alpha + B/D^beta",
                Method: method,
                Metric: metric.Name,
                Points: fit.Points.Count,
                Floor: Floor,
                RmsLogResidual: fit.Law is null ? null : fit.RootMeanSquare,
                RmsLeftOutSizes: fit.Law is null ? null : fit.RootMeanSquareLeftOut,
                RmsLeftOutLargest: fit.Law is null ? null : fit.LeftOut[^1].RootMeanSquare,
                Constant: constant,
                Value: estimate?.Value,
                CiLow: estimate?.Low,
                CiHigh: estimate?.High,
                IntervalMethod: estimate?.Method ?? "",
                Refusal: fit.Refusal ?? ""
            );
        if (fit.Law is null)
            return [Row("", null)];
        return Enumerable
            .Range(0, ScalingLaw.Names.Count)
            .Where(i => Floor is null || ScalingLaw.Names[i] != "E")
            .Select(i => Row(ScalingLaw.Names[i], fit.Estimate(law => law.Constants[i])));
    }

    /// <summary>
    /// Where distilling stops paying, within the total costs at which a student was measured both ways: the cost at
    /// which the laws cross, and the difference of the measured curves at the largest common cost.
    /// </summary>
    public IReadOnlyList<PaybackRow> Paybacks()
    {
        var (supervised, distilled) = (spec.Laws!.Supervised, spec.Laws.Distilled);
        return
        [
            .. Sizes
                .OrderBy(pair => pair.Value)
                .Select(pair =>
                    CostOf(pair.Key, supervised) is { } alone && CostOf(pair.Key, distilled) is { } taught
                        ? Payback(pair.Key, pair.Value, alone, taught)
                        : null
                )
                .OfType<PaybackRow>(),
        ];
    }

    private PaybackRow? Payback(string student, double size, TokenCost alone, TokenCost taught)
    {
        var (supervised, distilled) = (spec.Laws!.Supervised, spec.Laws.Distilled);
        var (own, others) = (Measured(student, distilled), Measured(student, supervised));
        var (low, high) = (Math.Max(own[0].Cost, others[0].Cost), Math.Min(own[^1].Cost, others[^1].Cost));
        if (low >= high)
            return null;
        double Difference(ScalingLaw text, ScalingLaw probabilities, double flops) =>
            probabilities.Loss(size, taught.Tokens(flops)) - text.Loss(size, alone.Tokens(flops));
        double? Crossing(ScalingLaw text, ScalingLaw probabilities) =>
            LastCrossing(low, high, flops => Difference(text, probabilities, flops));
        var (text, probabilities) = (fits[supervised], fits[distilled]);
        var isFitted = text.Law is not null && probabilities.Law is not null;
        var crossing = isFitted ? Crossing(text.Law!, probabilities.Law!) : null;
        // Both laws lose the same size at a time: the pairs are the replicates.
        var interval = crossing is null
            ? null
            : text.Estimate(law =>
                ReferenceEquals(law, text.Law)
                    ? crossing
                    : Crossing(law, probabilities.LeftOut[IndexOf(text.LeftOut, law)].Law)
            );
        return new PaybackRow(
            Student: student,
            Parameters: size,
            FlopsLow: low,
            FlopsHigh: high,
            FlopsTotal: crossing,
            CiLow: interval?.Low,
            CiHigh: interval?.High,
            LowerByLaw: !isFitted ? ""
                : Difference(text.Law!, probabilities.Law!, high) < 0 ? distilled
                : supervised,
            MeasuredDifference: At(own, high) - At(others, high)
        );
    }

    private static int IndexOf(IReadOnlyList<LeftOutSize> sizes, ScalingLaw law) =>
        Enumerable.Range(0, sizes.Count).First(i => ReferenceEquals(sizes[i].Law, law));

    // The largest cost at which a difference changes its sign.
    private static double? LastCrossing(double low, double high, Func<double, double> difference)
    {
        var grid = Enumerable
            .Range(0, Grid + 1)
            .Select(i => MonotoneFit.Interpolate(low, high, (double)i / Grid))
            .ToArray();
        var last = Enumerable
            .Range(0, Grid)
            .LastOrDefault(i => difference(grid[i]) < 0 != difference(grid[i + 1]) < 0, -1);
        return last < 0
            ? null
            : Math.Exp(
                MathNet.Numerics.FindRoots.OfFunction(
                    log => difference(Math.Exp(log)),
                    Math.Log(grid[last]),
                    Math.Log(grid[last + 1])
                )
            );
    }

    // The measured curve of a student over its total cost.
    private (double Cost, double Loss)[] Measured(string student, string method) =>
        [
            .. results
                .Summary.Where(row =>
                    row.Student == student
                    && row.Method == method
                    && row.Metric == metric.Name
                    && row.Task == spec.Tasks[0].Name
                    && row.FlopsTotal > 0
                )
                .Select(row => (row.FlopsTotal!.Value, row.Value))
                .OrderBy(point => point.Item1),
        ];

    // Between measured points, linear in the logarithm of cost.
    private static double At((double Cost, double Loss)[] curve, double cost)
    {
        var next = Array.FindIndex(curve, point => point.Cost >= cost * (1 - 1e-12));
        if (next == 0)
            return curve[0].Loss;
        var (from, to) = (curve[next - 1], curve[next]);
        return from.Loss + (to.Loss - from.Loss) * Math.Log(cost / from.Cost) / Math.Log(to.Cost / from.Cost);
    }

    // The total of what the boundary counts, at the largest budget, where a repeated token is scored no more than once:
    // what does not grow with tokens, and the rest for each of them.
    private TokenCost? CostOf(string student, string method)
    {
        var runs = results
            .Runs.Where(run =>
                run.Student == student
                && run.Method == method
                && run.Budget == spec.Budgets[^1].Amount
                && run.FlopsTotal > 0
            )
            .ToArray();
        if (runs.Length == 0)
            return null;
        var fixedKinds = spec.Boundary.Fixed.Kinds.Select(Charge.NameOf).ToHashSet(StringComparer.Ordinal);
        double Fixed(RunRow run) =>
            results
                .Charges.Where(charge => charge.Run == run.Run && fixedKinds.Contains(charge.Kind))
                .Sum(charge => charge.Flops ?? 0);
        return new TokenCost(
            runs.Average(Fixed),
            runs.Average(run => (run.FlopsTotal!.Value - Fixed(run)) / run.TokensTrained!.Value)
        );
    }

    /// <summary>FLOPs of learning: once, and for each token.</summary>
    private sealed record TokenCost(double Once, double Each)
    {
        internal double Tokens(double flops) => (flops - Once) / Each;
    }
}
