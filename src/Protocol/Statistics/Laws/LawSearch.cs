using Bench.Protocol.Seeds;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Optimization;

namespace Bench.Protocol.Statistics.Laws;

/// <summary>
/// The search for a law's constants: the sum over points of Huber's loss of the logarithmic residual (Hoffmann et al.
/// 2022, appendix D.3), by BFGS from many starts and Newton's method at the end. One start is not enough: of those of
/// the paper's kind a quarter end elsewhere.
/// </summary>
internal sealed class LawSearch
{
    private const int Starts = 60;

    // Beside a law of nearly the same data.
    private const int StartsBeside = 15;

    private readonly IReadOnlyList<LossPoint> points;
    private readonly double? floor;
    private readonly double delta;
    private readonly double middleSize;
    private readonly double middleAmount;

    /// <param name="points">The data.</param>
    /// <param name="floor">E where it is known; null to fit it.</param>
    /// <param name="delta"> Where Huber's loss turns from squares to absolute values; infinite for least squares.
    /// </param>
    internal LawSearch(IReadOnlyList<LossPoint> points, double? floor, double delta)
    {
        (this.points, this.floor, this.delta) = (points, floor, delta);
        middleSize = points.Average(point => Math.Log(point.Parameters));
        middleAmount = points.Average(point => Math.Log(point.Tokens));
    }

    /// <summary>The best law that the starts lead to, with its objective; null where none ends.</summary>
    /// <param name="near">A law of nearly the same data, which is a start too; null for none.</param>
    internal (ScalingLaw Law, double Objective)? Best(ScalingLaw? near = null)
    {
        var random = new Seed(20_240_607).Stream("starts");
        (double[] Z, double Value)? best = null;
        for (var start = 0; start < (near is null ? Starts : StartsBeside); start++)
        {
            var found = Minimise(start == 0 && near is not null ? Logarithms(near) : Start(random));
            if (double.IsFinite(found.Value) && (best is null || found.Value < best.Value.Value))
                best = found;
        }

        if (best is not { } winner)
            return null;
        var (z, value) = Polished(winner.Z);
        return (Law(z), value);
    }

    // The search goes over ln A/N0^α, ln α, ln B/D0^β, ln β and ln E, with N0 and D0 in the middle of the data. It
    // keeps constants positive and nearly independent.
    private ScalingLaw Law(double[] z)
    {
        var (alpha, beta) = (Math.Exp(z[1]), Math.Exp(z[3]));
        return new ScalingLaw(
            E: floor ?? Math.Exp(z[4]),
            A: Math.Exp(z[0] + alpha * middleSize),
            Alpha: alpha,
            B: Math.Exp(z[2] + beta * middleAmount),
            Beta: beta
        );
    }

    private double[] Logarithms(ScalingLaw law)
    {
        double[] z =
        [
            Math.Log(law.A) - law.Alpha * middleSize,
            Math.Log(law.Alpha),
            Math.Log(law.B) - law.Beta * middleAmount,
            Math.Log(law.Beta),
        ];
        return floor is null ? [.. z, Math.Log(law.E)] : z;
    }

    private double[] Start(RandomStream random)
    {
        double Uniform(double low, double high) => low + (high - low) * random.NextDouble();
        var bottom = floor ?? points.Min(point => point.Loss) * Uniform(0.1, 0.99);
        var above = Math.Max(points.Average(point => point.Loss) - bottom, 1e-3 * bottom);
        double[] start =
        [
            Math.Log(above * Uniform(0.05, 1)),
            Math.Log(Uniform(0.1, 0.9)),
            Math.Log(above * Uniform(0.05, 1)),
            Math.Log(Uniform(0.1, 0.9)),
        ];
        return floor is null ? [.. start, Math.Log(bottom)] : start;
    }

    // Huber's loss: r²/2 up to δ, δ (|r| − δ/2) beyond; and its slope.
    private (double Value, double Slope) Huber(double residual)
    {
        var size = Math.Abs(residual);
        return size <= delta
            ? (residual * residual / 2, residual)
            : (delta * (size - delta / 2), delta * Math.Sign(residual));
    }

    private (double Value, double[] Gradient) Objective(IReadOnlyList<double> z)
    {
        var (alpha, beta, bottom) = (Math.Exp(z[1]), Math.Exp(z[3]), floor ?? Math.Exp(z[4]));
        var (value, gradient) = (0.0, new double[z.Count]);
        foreach (var point in points)
        {
            var (size, amount) = (Math.Log(point.Parameters) - middleSize, Math.Log(point.Tokens) - middleAmount);
            var (bySize, byAmount) = (Math.Exp(z[0] - alpha * size), Math.Exp(z[2] - beta * amount));
            var loss = bottom + bySize + byAmount;
            var (huber, slope) = Huber(Math.Log(loss / point.Loss));
            value += huber;
            slope /= loss;
            gradient[0] += slope * bySize;
            gradient[1] -= slope * bySize * alpha * size;
            gradient[2] += slope * byAmount;
            gradient[3] -= slope * byAmount * beta * amount;
            if (floor is null)
                gradient[4] += slope * bottom;
        }

        return (value, gradient);
    }

    // The library's search throws where a line search cannot gain any more, which at an optimum of absolute values is
    // usual: the best point that it has seen counts.
    private (double[] Z, double Value) Minimise(double[] start)
    {
        (double[] Z, double Value) best = (start, double.PositiveInfinity);
        double Value(Vector<double> z)
        {
            var value = Objective(z.AsArray()).Value;
            if (value < best.Value)
                best = (z.ToArray(), value);
            return double.IsFinite(value) ? value : 1e10;
        }

        try
        {
            new BfgsMinimizer(1e-12, 1e-12, 1e-14, 500).FindMinimum(
                MathNet.Numerics.Optimization.ObjectiveFunction.Gradient(
                    Value,
                    z => new DenseVector(Objective(z.AsArray()).Gradient)
                ),
                new DenseVector(start)
            );
        }
        catch (Exception ended)
            when (ended is OptimizationException or ArithmeticException or MathNet.Numerics.NonConvergenceException)
        {
            // The best point stands.
        }

        return best;
    }

    // Newton's steps, halved until they gain: between two kinks of Huber's loss the objective is smooth.
    private (double[] Z, double Value) Polished(double[] from)
    {
        var z = from;
        var (value, gradient) = Objective(z);
        for (var step = 0; step < 100; step++)
        {
            var move = Hessian(z).Solve(new DenseVector(gradient));
            var gained = false;
            for (var share = 1.0; share > 1e-6 && !gained; share /= 2)
            {
                double[] next = [.. z.Zip(move, (at, by) => at - share * by)];
                var (lower, slope) = Objective(next);
                gained = lower < value;
                if (gained)
                    (z, value, gradient) = (next, lower, slope);
            }

            if (!gained)
                break;
        }

        return (z, value);
    }

    private DenseMatrix Hessian(double[] z)
    {
        const double width = 1e-6;
        var hessian = new DenseMatrix(z.Length);
        for (var i = 0; i < z.Length; i++)
        {
            double[] Moved(double by) => [.. z.Select((at, j) => j == i ? at + by : at)];
            var (ahead, behind) = (Objective(Moved(width)).Gradient, Objective(Moved(-width)).Gradient);
            for (var j = 0; j < z.Length; j++)
                hessian[i, j] = (ahead[j] - behind[j]) / (2 * width);
        }

        // Symmetric up to the differences' rounding, and never flat.
        var symmetric = (hessian + hessian.Transpose()) / 2;
        for (var i = 0; i < z.Length; i++)
            symmetric[i, i] += 1e-12 * Math.Abs(symmetric[i, i]) + 1e-18;
        return DenseMatrix.OfMatrix(symmetric);
    }
}
