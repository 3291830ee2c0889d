namespace Bench.Protocol.Statistics.Laws;

/// <summary>
/// The form that all fitted laws share, L = floor + K · (A / N^a + B / D^b)^g: the floor is a fitted E or the teacher's
/// loss, g may be 1, and K may depend on the teacher. It is fitted in the logarithms of its constants around the middle
/// of the data, which keeps constants positive and nearly independent.
/// </summary>
internal sealed class LawForm
{
    private readonly bool fittedFloor;
    private readonly bool exponent;
    private readonly bool teacher;
    private readonly double middleSize;
    private readonly double middleAmount;
    private readonly int body;

    /// <param name="points">The data, whose middle is the origin of N and D.</param>
    /// <param name="fittedFloor">Whether the floor is E; else the teacher's loss.</param>
    /// <param name="exponent">Whether g is fitted; else it is 1.</param>
    /// <param name="teacher">Whether K is Busbridge et al.'s function of the teacher's loss; else it is 1.</param>
    internal LawForm(IReadOnlyList<LossPoint> points, bool fittedFloor, bool exponent, bool teacher)
    {
        (this.fittedFloor, this.exponent, this.teacher, body) = (fittedFloor, exponent, teacher, fittedFloor ? 1 : 0);
        middleSize = points.Average(point => Math.Log(point.Parameters));
        middleAmount = points.Average(point => Math.Log(point.Tokens));
        Names =
        [
            .. fittedFloor ? new[] { "E" } : [],
            "A",
            "a",
            "B",
            "b",
            .. exponent ? new[] { "g" } : [],
            .. teacher ? new[] { "c0", "c1", "d1", "f1" } : [],
        ];
    }

    /// <summary>The constants' names, in the order of their logarithms.</summary>
    internal IReadOnlyList<string> Names { get; }

    /// <summary>The loss at a point.</summary>
    /// <param name="z">Logarithms of the constants; those of A and B are of A / N0^a and B / D0^b at the middle of the
    /// data.</param>
    /// <param name="point">Where.</param>
    /// <param name="unaided">The loss of the same student without a teacher; read only where K is fitted.</param>
    /// <param name="gradient">Its derivatives with respect to z, in the order of the names; empty if not
    /// wanted.</param>
    internal double Loss(ReadOnlySpan<double> z, LossPoint point, double unaided, Span<double> gradient)
    {
        var (a, b, size, amount) = (
            Math.Exp(z[body + 1]),
            Math.Exp(z[body + 3]),
            Math.Log(point.Parameters) - middleSize,
            Math.Log(point.Tokens) - middleAmount
        );
        var (bySize, byAmount) = (Math.Exp(z[body] - a * size), Math.Exp(z[body + 2] - b * amount));
        var sum = bySize + byAmount;
        var g = exponent ? Math.Exp(z[body + 4]) : 1;
        var floor = fittedFloor ? Math.Exp(z[0]) : point.TeacherLoss;
        var (lift, first) = (0.0, body + (exponent ? 5 : 4));
        var (c0, c1, f1, inner, soft, share) = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0);
        if (teacher)
        {
            (c0, c1, f1) = (Math.Exp(z[first]), Math.Exp(z[first + 1]), Math.Exp(z[first + 3]));
            inner = (Math.Log(point.TeacherLoss / unaided) - z[first + 2]) / f1;
            // ln(1 + e^inner) and its slope without overflow.
            (soft, share) = (Math.Max(inner, 0) + Math.Log(1 + Math.Exp(-Math.Abs(inner))), 1 / (1 + Math.Exp(-inner)));
            lift = -c0 * Math.Log(point.TeacherLoss) - c1 * f1 * soft;
        }

        var above = Math.Exp(lift + g * Math.Log(sum));
        if (gradient.IsEmpty)
            return floor + above;
        if (fittedFloor)
            gradient[0] = floor;
        var slope = above * g / sum;
        (gradient[body], gradient[body + 1]) = (slope * bySize, -slope * bySize * a * size);
        (gradient[body + 2], gradient[body + 3]) = (slope * byAmount, -slope * byAmount * b * amount);
        if (exponent)
            gradient[body + 4] = above * g * Math.Log(sum);
        if (!teacher)
            return floor + above;
        gradient[first] = -above * c0 * Math.Log(point.TeacherLoss);
        gradient[first + 1] = -above * c1 * f1 * soft;
        gradient[first + 2] = above * c1 * share;
        gradient[first + 3] = -above * c1 * f1 * (soft - share * inner);
        return floor + above;
    }

    /// <summary>The constants of the law from the logarithms that are fitted.</summary>
    internal double[] Constants(IReadOnlyList<double> z)
    {
        double[] constants = [.. z.Select(Math.Exp)];
        constants[body] = Math.Exp(z[body] + constants[body + 1] * middleSize);
        constants[body + 2] = Math.Exp(z[body + 2] + constants[body + 3] * middleAmount);
        return constants;
    }

    /// <summary>A place to start the search from, drawn around what the data look like.</summary>
    internal double[] Start(IReadOnlyList<LossPoint> points, Seeds.RandomStream random)
    {
        double Uniform(double low, double high) => low + (high - low) * random.NextDouble();
        var floor = fittedFloor
            ? points.Min(point => point.Loss) * Uniform(0.3, 0.98)
            : points.Average(point => point.TeacherLoss);
        var above = Math.Max(points.Average(point => point.Loss) - floor, 1e-3 * floor);
        var g = exponent ? Uniform(0.3, 1.2) : 1;
        // Inside the power the parts are roots of what they are outside, and fall faster.
        double Part() => Math.Log(above * Uniform(0.1, 1)) / g;
        double Power() => Math.Log(Uniform(0.1, 0.9) / g);
        double[] start = [Part(), Power(), Part(), Power()];
        if (fittedFloor)
            start = [Math.Log(floor), .. start];
        if (exponent)
            start = [.. start, Math.Log(g)];
        return teacher
            ?
            [
                .. start,
                Math.Log(Uniform(0.5, 4)),
                Uniform(0, 5),
                Math.Log(Uniform(0.8, 1.6)),
                Math.Log(Uniform(0.05, 0.5)),
            ]
            : start;
    }
}
