using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Intervals;
using MathNet.Numerics.Statistics;

namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of use-summary.csv: a student of a method in a format over its seeds: capability, the cost of using it, and
/// the cost of making it inside the experiment's boundary (of one student, its share of the teacher's work included).
/// Costs of using are medians over seeds.
/// </summary>
public sealed record UseSummaryRow(
    string Teacher,
    string Student,
    string Method,
    string Format,
    string Task,
    string Metric,
    long Seeds,
    long Items,
    double Value,
    double? CiLow,
    double? CiHigh,
    string IntervalMethod,
    double? Df,
    double ModelBytes,
    double FirstTokenSeconds,
    double TokensPerSecond,
    double TokensPerSecond16,
    double PeakBytes,
    double? FlopsMaking,
    double? UsdMaking
)
{
    /// <summary>The rows of what was measured; a teacher's have no student.</summary>
    public static IReadOnlyList<UseSummaryRow> Of(ExperimentSpec spec, Results results)
    {
        var runs = results.Runs.ToDictionary(run => run.Run, StringComparer.Ordinal);
        var scores = results
            .UseItems.GroupBy(row => (row.Run, row.Format, row.Task, row.Metric))
            .ToDictionary(
                group => group.Key,
                group => (IReadOnlyList<double>)[.. group.OrderBy(row => row.Item).Select(row => row.Score)]
            );
        var rows = new List<UseSummaryRow>();
        foreach (
            var arm in results
                .Uses.Where(use => runs.ContainsKey(use.Run))
                .GroupBy(use => (runs[use.Run].Teacher, runs[use.Run].Student, runs[use.Run].Method, use.Format))
        )
        {
            foreach (var task in spec.Tasks)
            {
                var metric = task.Task.Metrics[0];
                IReadOnlyList<double>[] reached =
                [
                    .. arm.Select(use => scores.GetValueOrDefault((use.Run, use.Format, task.Name, metric.Name)))
                        .OfType<IReadOnlyList<double>>(),
                ];
                if (reached.Length == 0)
                    continue;
                var value = MeanInterval.Of(reached, metric.Range);
                double Median(Func<UseRow, double> of) => arm.Select(of).Median();
                double? Mean(Func<RunRow, double?> of) =>
                    arm.Key.Student.Length > 0 ? arm.Average(use => of(runs[use.Run])) : null;
                rows.Add(
                    new UseSummaryRow(
                        Teacher: arm.Key.Teacher,
                        Student: arm.Key.Student,
                        Method: arm.Key.Student.Length > 0 ? arm.Key.Method : Summary.Teacher,
                        Format: arm.Key.Format,
                        Task: task.Name,
                        Metric: metric.Name,
                        Seeds: reached.Length,
                        Items: reached[0].Count,
                        Value: value.Value,
                        CiLow: value.Low,
                        CiHigh: value.High,
                        IntervalMethod: value.Method,
                        Df: value.DegreesOfFreedom,
                        ModelBytes: Median(use => use.ModelBytes),
                        FirstTokenSeconds: Median(use => use.FirstTokenSeconds),
                        TokensPerSecond: Median(use => use.TokensPerSecond),
                        TokensPerSecond16: Median(use => use.TokensPerSecond16),
                        PeakBytes: Median(use => use.PeakBytes),
                        FlopsMaking: Mean(run => run.FlopsTotal),
                        UsdMaking: Mean(run => run.UsdList)
                    )
                );
            }
        }

        return rows;
    }
}
