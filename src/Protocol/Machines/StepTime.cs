using MathNet.Numerics.LinearAlgebra;

namespace Bench.Protocol.Machines;

/// <summary>
/// Seconds of steps that were not measured, from those of one kind that were. Two laws are fitted. The work law is a
/// fixed time plus the FLOPs at a rate; the rate is a power of the model's size, with a factor for recomputed
/// activations, adapters and half precision, and the errors of near measurements correct it. The power law is a power
/// of size, sequences and length: a GPU that waits for its next command follows it. The law with the smaller error when
/// each measurement in turn is left out is used.
/// </summary>
internal sealed class StepTime
{
    /// <summary>In squared natural logarithms: measurements nearer than its root count alike.</summary>
    private const double Smoothing = 0.05;

    // A measurement of another form of training is so far away.
    private const double OtherForm = 3;

    private const int FixedShares = 60;

    // With fewer, none can be left out.
    private const int FewestToCompare = 4;

    // Slopes where the measurements say nothing: of a rate over the size, and of forms of training (logarithms of
    // factors); of a time over size, sequences and length.
    private static readonly double[] WorkPrior = [0, 0.3, -0.2, -0.1, 0.1];
    private static readonly double[] WorkTrust = [1e-9, 0.3, 0.05, 0.05, 0.05];
    private static readonly double[] PowerPrior = [0, 0, 0.1, 0.05];
    private static readonly double[] PowerTrust = [1e-9, 0.5, 0.5, 1];

    private readonly Func<MeasuredStep, double> law;

    /// <param name="steps">Of one kind, at least one.</param>
    internal StepTime(IReadOnlyList<MeasuredStep> steps)
    {
        double Error(Func<IReadOnlyList<MeasuredStep>, Func<MeasuredStep, double>> make) =>
            steps.Sum(step =>
                Square(Math.Log(make([.. steps.Where(other => !ReferenceEquals(other, step))])(step) / step.Seconds))
            );
        law = steps.Count >= FewestToCompare && Error(Power) < Error(Work) ? Power(steps) : Work(steps);
    }

    /// <summary>Seconds of a step of that kind; its own <see cref="MeasuredStep.Seconds"/> are not read.</summary>
    internal double Of(MeasuredStep step) => law(step);

    private static Func<MeasuredStep, double> Work(IReadOnlyList<MeasuredStep> steps)
    {
        var whole = FixedAndRate(steps);
        // A mean over the measurements by their nearness; far from all of them it tends to 0.
        return step =>
        {
            var (sum, weights) = (0.0, 1 / (1 + Smoothing));
            foreach (var other in steps)
            {
                var weight = 1 / (Smoothing + Distance(step, other));
                (sum, weights) = (sum + weight * Math.Log(other.Seconds / whole(other)), weights + weight);
            }

            return whole(step) * Math.Exp(sum / weights);
        };
    }

    internal static double Distance(MeasuredStep a, MeasuredStep b) =>
        Square(Math.Log(a.Parameters / b.Parameters))
        + Square(Math.Log(a.Size / b.Size))
        + OtherForm * Forms(a).Zip(Forms(b), (x, y) => Math.Abs(x - y)).Sum();

    // The fixed time that leaves the least error; no more than the quickest step takes.
    private static Func<MeasuredStep, double> FixedAndRate(IReadOnlyList<MeasuredStep> steps)
    {
        var (least, best) = (double.PositiveInfinity, (Func<MeasuredStep, double>?)null);
        var quickest = steps.Min(step => step.Seconds);
        for (var i = 0; i < FixedShares; i++)
        {
            var idle = quickest * i / FixedShares;
            // Where little of a step is work, it says little of the rate.
            var rate = Fit(
                steps,
                step => [1, Math.Log(step.Parameters), .. Forms(step)],
                step => Math.Log(step.Flops / (step.Seconds - idle)),
                step => Square((step.Seconds - idle) / step.Seconds),
                WorkPrior,
                WorkTrust
            );
            double Law(MeasuredStep step) =>
                idle + step.Flops / Math.Exp(rate([1, Math.Log(step.Parameters), .. Forms(step)]));
            var error = steps.Sum(step => Square(Math.Log(Law(step) / step.Seconds)));
            if (error < least)
                (least, best) = (error, Law);
        }

        return best!;
    }

    // Fitted anew for each step, near measurements first.
    private static Func<MeasuredStep, double> Power(IReadOnlyList<MeasuredStep> steps)
    {
        static double[] Row(MeasuredStep one) =>
            [1, Math.Log(one.Parameters), Math.Log(one.Batch), Math.Log(one.Length)];
        return step =>
            Math.Exp(
                Fit(
                    steps,
                    Row,
                    other => Math.Log(other.Seconds),
                    other =>
                        1
                        / (
                            Smoothing
                            + Square(Math.Log(step.Parameters / other.Parameters))
                            + Square(Math.Log(step.Batch / other.Batch))
                            + 0.3 * Square(Math.Log(step.Length / other.Length))
                        ),
                    PowerPrior,
                    PowerTrust
                )(Row(step))
            );
    }

    // Weighted least squares, drawn towards the prior where the measurements leave a direction open.
    private static Func<double[], double> Fit(
        IReadOnlyList<MeasuredStep> steps,
        Func<MeasuredStep, double[]> row,
        Func<MeasuredStep, double> value,
        Func<MeasuredStep, double> weight,
        double[] prior,
        double[] trust
    )
    {
        var size = prior.Length;
        var (left, right) = (Matrix<double>.Build.DenseOfDiagonalArray(trust), Vector<double>.Build.Dense(size));
        foreach (var step in steps)
        {
            var (x, w) = (Vector<double>.Build.Dense(row(step)), weight(step));
            left += w * x.OuterProduct(x);
            right += w * (value(step) - x.DotProduct(Vector<double>.Build.Dense(prior))) * x;
        }

        var found = left.Solve(right) + Vector<double>.Build.Dense(prior);
        return x => found.DotProduct(Vector<double>.Build.Dense(x));
    }

    private static double[] Forms(MeasuredStep step) =>
        [step.Recomputes ? 1 : 0, step.IsLora ? 1 : 0, step.Case == StepCase.Train && step.IsHalf ? 1 : 0];

    private static double Square(double x) => x * x;
}
