using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Intervals;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace Bench.Protocol.Statistics.Laws;

/// <summary>
/// Fits of scaling laws by least squares on the logarithm of the loss (Levenberg and Marquardt, MathNet.Numerics) from
/// many starts. Intervals take their standard errors from a residual bootstrap: residuals are drawn with replacement,
/// enlarged by √(n / (n − p)) since a fit shrinks them, added to the fitted losses, and the law is fitted again
/// (Davison and Hinkley 1997, section 7.3); their reach is Student's t with n − p degrees of freedom.
/// </summary>
public static class ScalingLaw
{
    /// <summary>Refits behind an interval.</summary>
    public const int Replicates = 400;

    private const int Starts = 24;

    // A constant whose logarithm has a larger standard error is not known even to a factor of seven.
    private const double LargestError = 1;

    /// <summary>L(N, D) = E + A / N^a + B / D^b (Hoffmann et al. 2022, equation 2).</summary>
    public static LawFit Chinchilla(IReadOnlyList<LossPoint> points, int replicates = Replicates) =>
        Usable(points, teachers: false) is { } problem
            ? LawFit.Refused(problem)
            : FitLaw(points, new LawForm(points, fittedFloor: true, exponent: false, teacher: false), null, replicates);

    /// <summary>L(N, D) = E + (A / N^a + B / D^b)^g: the supervised law of Busbridge et al. 2025.</summary>
    public static LawFit Supervised(IReadOnlyList<LossPoint> points, int replicates = Replicates) =>
        Usable(points, teachers: false) is { } problem
            ? LawFit.Refused(problem)
            : FitLaw(points, new LawForm(points, fittedFloor: true, exponent: true, teacher: false), null, replicates);

    /// <summary>
    /// L(N, D) = L_T + A / N^a + B / D^b: what distillation from one teacher comes to, above a floor that is known.
    /// </summary>
    public static LawFit OneTeacher(IReadOnlyList<LossPoint> points, int replicates = Replicates) =>
        Usable(points, teachers: true) is { } problem ? LawFit.Refused(problem)
        : points.Any(point => point.Loss <= point.TeacherLoss)
            ? LawFit.Refused("a student's loss is at or below its teacher's, which is the law's floor")
        : FitLaw(points, new LawForm(points, fittedFloor: false, exponent: false, teacher: false), null, replicates);

    /// <summary>
    /// The distillation law (Busbridge et al. 2025, equation 8): L_S = L_T + L_T^(−c0) · (1 + (L_T / (L̃
    /// d1))^(1/f1))^(−c1 f1) · (A / N^a + B / D^b)^g, with L̃ the loss of the same student trained without a teacher.
    /// </summary>
    /// <param name="points">Losses of students of several teachers, with their teachers' losses.</param>
    /// <param name="supervised">L̃ of a point.</param>
    /// <param name="replicates">Refits behind the intervals.</param>
    public static LawFit Distillation(
        IReadOnlyList<LossPoint> points,
        Func<LossPoint, double> supervised,
        int replicates = Replicates
    )
    {
        if (Usable(points, teachers: true) is { } problem)
            return LawFit.Refused(problem);
        var teachers = points.Select(point => point.TeacherLoss).Distinct().Count();
        return teachers < 4
            ? LawFit.Refused(
                $"{teachers} different losses of teachers do not determine how the law depends on the teacher; it "
                    + $"takes at least 4"
            )
            : FitLaw(
                points,
                new LawForm(points, fittedFloor: false, exponent: true, teacher: true),
                supervised,
                replicates
            );
    }

    private static string? Usable(IReadOnlyList<LossPoint> points, bool teachers)
    {
        if (points.Any(point => !(point.Loss > 0 && point.Parameters > 0 && point.Tokens > 0)))
            return "losses, parameters and tokens must be more than 0";
        if (teachers && points.Any(point => !(point.TeacherLoss > 0)))
            return "every point needs its teacher's loss";
        if (points.Select(point => point.Parameters).Distinct().Count() < 3)
            return "fewer than 3 sizes of students do not determine the exponent of N";
        return points.Select(point => point.Tokens).Distinct().Count() < 3
            ? "fewer than 3 numbers of tokens do not determine the exponent of D"
            : null;
    }

    private static LawFit FitLaw(
        IReadOnlyList<LossPoint> points,
        LawForm form,
        Func<LossPoint, double>? supervised,
        int replicates
    )
    {
        var count = form.Names.Count;
        if (points.Count < 2 * count)
            return LawFit.Refused(
                $"{points.Count} points are too few for {count} constants; it takes at least {2 * count}"
            );
        double[] unaided = supervised is null ? new double[points.Count] : [.. points.Select(supervised)];
        double[] losses = [.. points.Select(point => Math.Log(point.Loss))];
        var random = new Seed(20_240_607).Stream("starts");
        var search = new Search(points, unaided, form);
        if (
            Enumerable
                .Range(0, Starts)
                .Select(_ => search.Minimise(losses, form.Start(points, random)))
                .Where(fit => fit is not null)
                .MinBy(fit => fit!.Error)
            is not { } best
        )
            return LawFit.Refused("no start of the search led to a fit");
        if (search.Weakness(best) is { } weakness)
            return LawFit.Refused(weakness);

        double[] fitted = search.Predict(best.Z);
        var enlarged = Math.Sqrt((double)points.Count / (points.Count - count));
        double[] residuals = [.. losses.Zip(fitted, (loss, predicted) => (loss - predicted) * enlarged)];
        var resample = new Seed(20_240_607).Stream("residuals");
        var refits = Enumerable
            .Range(0, replicates)
            .Select(_ =>
                search.Minimise(
                    [.. fitted.Select(predicted => predicted + residuals[resample.Next(residuals.Length)])],
                    best.Z
                )
            )
            .Where(refit => refit is not null)
            .Select(refit => form.Constants(refit!.Z))
            .ToArray();
        if (refits.Length < 0.9 * replicates)
            return LawFit.Refused("the search fails on resampled data: the fit is not stable");
        var constants = form.Constants(best.Z);
        return new LawFit(
            [
                .. form.Names.Select(
                    (name, i) =>
                        new LawConstant(
                            name,
                            Around(constants[i], [.. refits.Select(refit => refit[i])], points.Count - count)
                        )
                ),
            ],
            point => form.Loss(best.Z, point, supervised?.Invoke(point) ?? 0, []),
            Math.Sqrt(best.Error / points.Count),
            null
        );
    }

    // Constants are positive and vary by factors: the interval is symmetric in the logarithm. The spread is taken
    // between quantiles, so that a stray refit does not widen it.
    private static Interval Around(double value, double[] draws, int freedom)
    {
        double[] logs = [.. draws.Select(draw => Math.Log(draw))];
        var error = (HierarchicalBootstrap.Quantile(logs, 0.8413) - HierarchicalBootstrap.Quantile(logs, 0.1587)) / 2;
        var reach = StudentT.InvCDF(0, 1, freedom, 0.975) * error;
        return new Interval(value, value * Math.Exp(-reach), value * Math.Exp(reach));
    }

    private sealed record Solution(double[] Z, double Error);

    private sealed class Search(IReadOnlyList<LossPoint> points, double[] unaided, LawForm form)
    {
        private readonly int count = form.Names.Count;

        internal double[] Predict(double[] z) =>
            [.. points.Select((point, i) => Math.Log(form.Loss(z, point, unaided[i], [])))];

        internal Solution? Minimise(double[] losses, double[] start)
        {
            try
            {
                var objective = ObjectiveFunction.NonlinearModel(
                    (z, _) => Vector<double>.Build.Dense(Predict([.. z])),
                    (z, _) => Slopes([.. z]),
                    Vector<double>.Build.Dense(losses.Length),
                    Vector<double>.Build.Dense(losses)
                );
                var result = new LevenbergMarquardtMinimizer(
                    gradientTolerance: 1e-10,
                    stepTolerance: 1e-10,
                    functionTolerance: 1e-12,
                    maximumIterations: 300
                ).FindMinimum(objective, Vector<double>.Build.Dense(start));
                double[] z = [.. result.MinimizingPoint];
                var error = Predict(z).Zip(losses, (predicted, loss) => (predicted - loss) * (predicted - loss)).Sum();
                return double.IsFinite(error) ? new Solution(z, error) : null;
            }
            catch (Exception failure)
                when (failure
                        is NonConvergenceException
                            or ArithmeticException
                            or ArgumentException
                            or OptimizationException
                )
            {
                return null;
            }
        }

        /// <summary>
        /// Why the data do not determine the constants: one may move far without moving any prediction beyond its
        /// error.
        /// </summary>
        internal string? Weakness(Solution fit)
        {
            var slopes = Slopes(fit.Z);
            if (slopes.Enumerate().Any(slope => !double.IsFinite(slope)))
                return "the best fit lies at the edge of what the law allows";
            var singular = slopes.Svd();
            // Directions that no prediction depends on have no finite error.
            if (singular.S.Minimum() < 1e-7 * singular.S.Maximum())
                return $"some of {string.Join(", ", form.Names)} cannot be told apart: more sizes and numbers of "
                    + $"tokens are needed";
            var noise = fit.Error / (points.Count - count);
            for (var i = 0; i < count; i++)
            {
                var error = Math.Sqrt(
                    noise * Enumerable.Range(0, count).Sum(k => Math.Pow(singular.VT[k, i] / singular.S[k], 2))
                );
                if (error > LargestError)
                    return string.Create(
                        System.Globalization.CultureInfo.InvariantCulture,
                        $"the data do not determine {form.Names[i]}: its logarithm has a standard error of {error:0.0}"
                    );
            }

            return null;
        }

        private Matrix<double> Slopes(double[] z)
        {
            var slopes = Matrix<double>.Build.Dense(points.Count, count);
            Span<double> gradient = stackalloc double[count];
            for (var i = 0; i < points.Count; i++)
            {
                var loss = form.Loss(z, points[i], unaided[i], gradient);
                for (var j = 0; j < count; j++)
                    slopes[i, j] = gradient[j] / loss;
            }

            return slopes;
        }
    }
}
