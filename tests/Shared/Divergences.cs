using Bench.Lab.Objectives;
using static TorchSharp.torch;

namespace Bench.Shared;

/// <summary>
/// Every divergence of the product beside its definition in double precision over two plain lists of probabilities.
/// </summary>
internal static class Divergences
{
    internal const double Beta = 0.3;
    internal const double Alpha = 0.2;

    internal delegate ILogitLoss Maker(Tensor rows, TeacherDistribution teacher, double temperature, Tensor? weights);

    internal static readonly string[] Names =
    [
        "forward-kl",
        "reverse-kl",
        "jsd",
        "skew-kl",
        "skew-reverse-kl",
        "tvd",
        "jeffreys",
    ];

    internal static Maker Of(string name) =>
        name switch
        {
            "forward-kl" => (rows, teacher, t, w) => ForwardKlLoss.Loss(rows, teacher, t, w),
            "reverse-kl" => (rows, teacher, t, w) => ReverseKlLoss.Loss(rows, teacher, t, w),
            "jsd" => (rows, teacher, t, w) => JsdLoss.Loss(rows, teacher, Beta, t, w),
            "skew-kl" => (rows, teacher, t, w) => SkewKlLoss.Loss(rows, teacher, Alpha, t, w),
            "skew-reverse-kl" => (rows, teacher, t, w) => SkewReverseKlLoss.Loss(rows, teacher, Alpha, t, w),
            "jeffreys" => (rows, teacher, t, w) => JeffreysLoss.Loss(rows, teacher, t, w),
            "tvd" => (rows, teacher, t, w) => TotalVariationLoss.Loss(rows, teacher, t, w),
            _ => throw new ArgumentException(name),
        };

    internal static double Define(string name, double[] p, double[] q) =>
        name switch
        {
            "forward-kl" => Kl(p, q),
            "reverse-kl" => Kl(q, p),
            "jsd" => Beta * Kl(p, Mix(p, q, Beta)) + (1 - Beta) * Kl(q, Mix(p, q, Beta)),
            "skew-kl" => Kl(p, Mix(p, q, Alpha)),
            "skew-reverse-kl" => Kl(q, Mix(p, q, 1 - Alpha)),
            "jeffreys" => Kl(p, q) + Kl(q, p),
            "tvd" => 0.5 * p.Zip(q, (a, b) => Math.Abs(a - b)).Sum(),
            _ => throw new ArgumentException(name),
        };

    internal static double[] Softmax(IEnumerable<double> logits)
    {
        var values = logits.ToArray();
        var e = values.Select(value => Math.Exp(value - values.Max())).ToArray();
        return [.. e.Select(value => value / e.Sum())];
    }

    /// <summary>Named outcomes in the given order, and the others together.</summary>
    internal static double[] Lump(double[] p, IEnumerable<long> named)
    {
        var kept = named.Select(token => p[token]).ToArray();
        return kept.Length == p.Length ? kept : [.. kept, 1 - kept.Sum()];
    }

    private static double Kl(double[] p, double[] q) => p.Zip(q, (a, b) => a == 0 ? 0 : a * Math.Log(a / b)).Sum();

    private static double[] Mix(double[] p, double[] q, double weight) =>
        [.. p.Zip(q, (a, b) => weight * a + (1 - weight) * b)];
}
