using Bench.Protocol.Statistics.Intervals;

namespace Bench.Protocol.Statistics.Laws;

/// <summary>
/// A law that was fitted to losses, or the reason why it could not be. Its errors are those of prediction: each size is
/// left out once, and predicted from the others. Constants have the interval of the jackknife over sizes.
/// </summary>
public sealed class LawFit
{
    /// <summary>Where Huber's loss turns, of the logarithm of the loss (Hoffmann et al. 2022).</summary>
    public const double Delta = 1e-3;

    // A constant whose logarithm has a larger standard error is not known even to a factor of seven.
    private const double LargestError = 1;

    private LawFit(
        IReadOnlyList<LossPoint> points,
        ScalingLaw? law,
        double objective,
        IReadOnlyList<LeftOutSize> leftOut
    )
    {
        (Points, Law, Objective, LeftOut) = (points, law, objective, leftOut);
    }

    /// <summary>The data.</summary>
    public IReadOnlyList<LossPoint> Points { get; }

    /// <summary>The law; null where it was refused.</summary>
    public ScalingLaw? Law { get; }

    /// <summary>The sum of Huber's losses.</summary>
    public double Objective { get; }

    /// <summary>Each size left out, in their order; the last tells how well the law reaches beyond its data.</summary>
    public IReadOnlyList<LeftOutSize> LeftOut { get; }

    /// <summary>Why the data do not determine it; null where they do.</summary>
    public string? Refusal { get; private init; }

    /// <summary>ln(predicted / measured) of each point that it was fitted to.</summary>
    public IReadOnlyList<double> LogResiduals => Law is null ? [] : [.. Points.Select(Law.LogResidual)];

    /// <summary>The root of their mean square.</summary>
    public double RootMeanSquare => Math.Sqrt(LogResiduals.Average(residual => residual * residual));

    /// <summary>
    /// The root of the mean square of the errors of sizes that were left out, each size counted once.
    /// </summary>
    public double RootMeanSquareLeftOut =>
        Math.Sqrt(LeftOut.Average(size => size.RootMeanSquare * size.RootMeanSquare));

    /// <summary>
    /// A function of the law with its 95% interval, by leaving sizes out: half² = t²(G − 1) (G − 1)/G Σ (left out −
    /// their mean)², of its logarithm. Null bounds where some law lacks it.
    /// </summary>
    public Interval Estimate(Func<ScalingLaw, double?> of)
    {
        var value = of(Law!)!.Value;
        double?[] without = [.. LeftOut.Select(size => of(size.Law))];
        if (without.Any(one => one is not > 0) || value <= 0)
            return new Interval(value, null, null) { Method = IntervalMethod.Jackknife };
        var rule = Jackknife.Of(LeftOut.Count, 1, (size, _) => Math.Log(size < 0 ? value : without[size]!.Value));
        var half = rule!.HalfWidth();
        return new Interval(value, value * Math.Exp(-half), value * Math.Exp(half))
        {
            Method = IntervalMethod.Jackknife,
            DegreesOfFreedom = LeftOut.Count - 1,
        };
    }

    /// <summary>Fits a law.</summary>
    /// <param name="points"> Losses of students of at least four sizes, on at least three numbers of tokens. </param>
    /// <param name="floor"> E where it is known: the teacher's entropy, on text that the teacher sampled. Null to fit
    /// it. </param>
    public static LawFit Of(IReadOnlyList<LossPoint> points, double? floor = null)
    {
        if (Unusable(points, floor) is { } problem)
            return Refused(points, problem);
        if (new LawSearch(points, floor, Delta).Best() is not { } best)
            return Refused(points, "no start of the search led to a fit");
        var sizes = points.Select(point => point.Parameters).Distinct().Order().ToArray();
        var leftOut = new List<LeftOutSize>();
        foreach (var size in sizes)
        {
            var (rest, own) = (
                points.Where(point => point.Parameters != size).ToArray(),
                points.Where(point => point.Parameters == size).ToArray()
            );
            if (new LawSearch(rest, floor, Delta).Best(near: best.Law) is not { } without)
                return Refused(points, "no start of the search led to a fit");
            leftOut.Add(
                new LeftOutSize(size, without.Law, without.Objective, [.. own.Select(without.Law.LogResidual)])
            );
        }

        var fit = new LawFit(points, best.Law, best.Objective, leftOut);
        return fit.Weakness(floor) is { } weakness ? Refused(points, weakness) : fit;
    }

    private static LawFit Refused(IReadOnlyList<LossPoint> points, string why) =>
        new(points, null, double.NaN, []) { Refusal = why };

    private static string? Unusable(IReadOnlyList<LossPoint> points, double? floor)
    {
        if (points.Any(point => !(point.Loss > 0 && point.Parameters > 0 && point.Tokens > 0)))
            return "losses, parameters and tokens must be more than 0";
        if (points.Any(point => point.Loss <= floor))
            return "a student's loss is at or below the floor, which is its teacher's entropy";
        // Each size is left out once, and three must remain.
        if (points.Select(point => point.Parameters).Distinct().Count() < 4)
            return "fewer than 4 sizes of students do not determine the exponent of N and test it";
        if (points.Select(point => point.Tokens).Distinct().Count() < 3)
            return "fewer than 3 numbers of tokens do not determine the exponent of D";
        var constants = floor is null ? 5 : 4;
        return points.Count < 2 * constants
            ? $"{points.Count} points are too few for {constants} constants; it takes at least {2 * constants}"
            : null;
    }

    // Why the data do not determine the constants: leaving out one size moves one of them far.
    private string? Weakness(double? floor)
    {
        // A part that moves no loss by more than the noise has no exponent that the data could tell.
        foreach (
            var (name, part) in new (string, Func<LossPoint, double>)[]
            {
                ("alpha", point => Law!.A / Math.Pow(point.Parameters, Law.Alpha)),
                ("beta", point => Law!.B / Math.Pow(point.Tokens, Law.Beta)),
            }
        )
        {
            var moved = (Points.Max(part) - Points.Min(part)) / Points.Average(point => point.Loss);
            if (moved < 2 * RootMeanSquare)
                return $"the data do not determine {name}: it moves no loss beyond the noise";
        }

        for (var i = floor is null ? 0 : 1; i < ScalingLaw.Names.Count; i++)
        {
            var at = i;
            var spread = Jackknife
                .Of(LeftOut.Count, 1, (size, _) => Math.Log((size < 0 ? Law! : LeftOut[size].Law).Constants[at]))
                ?.Terms[0]
                .Variance;
            var error = spread is null ? double.PositiveInfinity : Math.Sqrt(spread.Value);
            // A and B are losses at one parameter and one token, far outside the data: their exponents decide.
            if (error > LargestError && ScalingLaw.Names[i] is not ("A" or "B"))
                return string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"the data do not determine {ScalingLaw.Names[i]}: its logarithm has a standard error "
                        + $"of {error:0.0}"
                );
        }

        return null;
    }
}
