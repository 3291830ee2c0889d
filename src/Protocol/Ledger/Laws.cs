using Bench.Protocol.Costs;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Laws;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Ledger;

/// <summary>
/// Scaling laws from an experiment's runs: the supervised law, the distilled law above the teacher's loss, and where
/// the two cross at equal total compute.
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
        fits[spec.Laws!.Supervised] = ScalingLaw.Chinchilla(Points(spec.Laws.Supervised));
        fits[spec.Laws.Distilled] = ScalingLaw.OneTeacher(Points(spec.Laws.Distilled));
    }

    /// <summary>The laws that an experiment asks for; null where it asks for none or has no runs yet.</summary>
    public static Laws? Of(ExperimentSpec spec, Results results) =>
        spec.Laws is null || results.Summary.Count == 0 ? null : new Laws(spec, results);

    /// <summary>The metric that is fitted.</summary>
    public Metric Metric => metric;

    public LawFit Fit(string method) => fits[method];

    /// <summary>
    /// The measured losses of a method, one for each student and number of tokens, over seeds in the mean.
    /// </summary>
    public IReadOnlyList<LossPoint> Points(string method)
    {
        var teacher = results
            .Summary.Where(row =>
                row.Method == Summary.Teacher && row.Metric == metric.Name && row.Task == spec.Tasks[0].Name
            )
            .Select(row => row.Value)
            .FirstOrDefault(double.NaN);
        return
        [
            .. results
                .Summary.Where(row =>
                    row.Method == method
                    && row.Metric == metric.Name
                    && row.Task == spec.Tasks[0].Name
                    && row.Budget is not null
                )
                .Select(row => new LossPoint(Sizes[row.Student], row.Budget!.Value, row.Value, teacher)),
        ];
    }

    /// <summary>Parameters of each student that was measured.</summary>
    public IReadOnlyDictionary<string, double> Sizes =>
        results
            .Runs.Where(run => run.StudentParams is not null && run.Student.Length > 0)
            .GroupBy(run => run.Student)
            .ToDictionary(group => group.Key, group => (double)group.First().StudentParams!.Value);

    public IReadOnlyList<LawRow> Rows() =>
        [
            .. fits.SelectMany(pair =>
                pair.Value.Refusal is { } why
                    ? new[]
                    {
                        new LawRow(
                            Law: Name(pair.Key),
                            Method: pair.Key,
                            Metric: metric.Name,
                            Points: Points(pair.Key).Count,
                            RelativeRms: null,
                            Constant: "",
                            Value: null,
                            CiLow: null,
                            CiHigh: null,
                            Refusal: why
                        ),
                    }
                    : pair.Value.Constants.Select(constant => new LawRow(
                        Law: Name(pair.Key),
                        Method: pair.Key,
                        Metric: metric.Name,
                        Points: Points(pair.Key).Count,
                        RelativeRms: pair.Value.RootMeanSquare,
                        Constant: constant.Name,
                        Value: constant.Estimate.Value,
                        CiLow: constant.Estimate.Low,
                        CiHigh: constant.Estimate.High,
                        Refusal: ""
                    ))
            ),
        ];

    /// <summary>
    /// Where distilling stops paying: each student's total cost at which both ways reach the same loss.
    /// </summary>
    public IReadOnlyList<PaybackRow> Paybacks()
    {
        var (supervised, distilled) = (spec.Laws!.Supervised, spec.Laws.Distilled);
        if (fits.Values.Any(fit => fit.Refusal is not null))
            return [];
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

    private PaybackRow Payback(string student, double size, TokenCost alone, TokenCost taught)
    {
        var (supervised, distilled) = (spec.Laws!.Supervised, spec.Laws.Distilled);
        double Loss(string method, double tokens) =>
            tokens > 0 ? fits[method].Predict(new LossPoint(size, tokens, 1, Teacher)) : double.MaxValue;
        bool Pays(double flops) => Loss(distilled, taught.Tokens(flops)) < Loss(supervised, alone.Tokens(flops));
        // The curves may cross more than once: what counts is the last time.
        var (least, most) = (Costs(student).Min(), 1000 * Costs(student).Max());
        var grid = Enumerable
            .Range(0, Grid + 1)
            .Select(i => least * Math.Pow(most / least, (double)i / Grid))
            .ToArray();
        var last = Enumerable.Range(0, Grid).LastOrDefault(i => Pays(grid[i]) != Pays(grid[i + 1]), -1);
        var beyond = Pays(most) ? distilled : supervised;
        if (last < 0)
            return new PaybackRow(Student: student, Parameters: size, FlopsTotal: null, Loss: null, Beyond: beyond);
        var (low, high) = (grid[last], grid[last + 1]);
        for (var i = 0; i < 60; i++)
        {
            var middle = Math.Sqrt(low * high);
            if (Pays(middle) == Pays(low))
                low = middle;
            else
                high = middle;
        }

        return new PaybackRow(
            Student: student,
            Parameters: size,
            FlopsTotal: high,
            Loss: Loss(beyond, (beyond == distilled ? taught : alone).Tokens(high)),
            Beyond: beyond
        );
    }

    private double Teacher => Points(spec.Laws!.Distilled)[0].TeacherLoss;

    private string Name(string method) =>
        method == spec.Laws!.Supervised ? "supervised: E + A/N^a + B/D^b" : "distilled: L_T + A/N^a + B/D^b";

    private IEnumerable<double> Costs(string student) =>
        results.Runs.Where(run => run.Student == student && run.FlopsTotal > 0).Select(run => run.FlopsTotal!.Value);

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
