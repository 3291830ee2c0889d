using System.Globalization;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Bench.Protocol.Claims;

/// <summary>
/// An experiment at the scale of a claim: its student as large beside its teacher, with as many tokens for each
/// parameter.
/// </summary>
public static class ScaledExperiment
{
    // Budgets around the claim's own, so that a curve is seen.
    private static readonly double[] Around = [0.25, 1, 4];

    private const int FewestSteps = 8;

    /// <summary>
    /// The student's shape whose parameters come nearest to a number, no deeper and no wider than another shape.
    /// </summary>
    public static ModelShape Nearest(ModelShape largest, double parameters) =>
        Enumerable
            .Range(1, largest.Layers)
            .SelectMany(layers =>
                Enumerable.Range(1, largest.Width / 4).Select(step => (Layers: layers, Width: 4 * step))
            )
            .Select(size =>
                largest with
                {
                    Layers = size.Layers,
                    Width = size.Width,
                    Heads = Heads(largest.Heads, size.Width),
                    KeyValueHeads = Heads(largest.Heads, size.Width),
                    HeadWidth = size.Width / Heads(largest.Heads, size.Width),
                    FeedForward = (size.Width * 8 / 3 + 7) / 8 * 8,
                }
            )
            .MinBy(shape => (Math.Abs(Math.Log(shape.Parameters / parameters)), -shape.Layers))!;

    /// <summary>
    /// The experiment's file with the claim's scale in it, under a name of its own. Quantities that the claim does not
    /// state stay as they are.
    /// </summary>
    /// <param name="spec">The experiment.</param>
    /// <param name="scale">The claim's scale.</param>
    /// <param name="point">The claim's cost and gaps.</param>
    /// <param name="teacher">The shape of the experiment's first teacher.</param>
    /// <param name="length">Tokens of an example in the mean, and those of them that carry loss.</param>
    public static string Write(
        ExperimentSpec spec,
        ClaimScale scale,
        ClaimPoint point,
        ModelShape teacher,
        (double Processed, double Loss) length
    )
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(spec.Text));
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        Set(root, "name", $"{spec.Name}-as-{scale.Run}");
        var before = spec.Students[0].Model with { Vocabulary = teacher.Vocabulary };
        var shape = scale.StudentShare is { } share ? Nearest(teacher, share * teacher.Parameters) : before;
        var student = (YamlMappingNode)((YamlSequenceNode)root.Children[new YamlScalarNode("students")]).Children[0];
        if (scale.StudentShare is not null)
            Set(
                student,
                "model",
                Flow(("layers", Scalar(shape.Layers)), ("width", Scalar(shape.Width)), ("heads", Scalar(shape.Heads)))
            );
        Set(root, "students", new YamlSequenceNode(student));
        if (scale.TokensPerParameter is { } tokens)
            SetBudgets(root, spec, tokens * shape.Parameters, length);
        Set(root, "as", Beside(scale.Run, point));
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        stream.Save(text, assignAnchors: false);
        // The writer ends a document with a line of three dots.
        return text.ToString().ReplaceLineEndings("\n").Replace("\n...\n", "\n", StringComparison.Ordinal);
    }

    // Budgets around a number of tokens, and batches small enough for the least of them.
    private static void SetBudgets(
        YamlMappingNode root,
        ExperimentSpec spec,
        double tokens,
        (double Processed, double Loss) length
    )
    {
        var values = Around
            .Select(factor => Math.Max(1, Math.Round(factor * tokens * length.Loss / length.Processed)))
            .ToArray();
        // Little text in large batches would be no training.
        var batch = (int)Math.Clamp(values[0] / (FewestSteps * length.Loss), 1, spec.Training.Batch);
        if (batch < spec.Training.Batch)
            Set(Section(root, "training"), "batch", batch.ToString(CultureInfo.InvariantCulture));
        Set(
            root,
            "budgets",
            Flow(
                ("unit", "tokens"),
                ("values", new YamlSequenceNode(values.Distinct().Select(Scalar)) { Style = SequenceStyle.Flow })
            )
        );
    }

    // The claim's cost and gaps, which the report draws beside.
    private static YamlMappingNode Beside(string claim, ClaimPoint point)
    {
        var beside = Flow(("claim", claim));
        if (point.Usd is { } usd)
            beside.Add("usd", Scalar(usd));
        if (point.Recovered is not { Count: > 0 } gaps)
            return beside;
        var recovered = new YamlMappingNode { Style = MappingStyle.Flow };
        foreach (var (benchmark, share) in gaps)
            recovered.Add(
                new YamlScalarNode(benchmark) { Style = YamlDotNet.Core.ScalarStyle.SingleQuoted },
                Scalar(share)
            );
        beside.Add("recovered", recovered);
        return beside;
    }

    private static void Set(YamlMappingNode mapping, string key, YamlNode value) =>
        mapping.Children[new YamlScalarNode(key)] = value;

    private static YamlMappingNode Section(YamlMappingNode root, string key)
    {
        if (root.Children.TryGetValue(new YamlScalarNode(key), out var found))
            return (YamlMappingNode)found;
        var made = new YamlMappingNode { Style = MappingStyle.Flow };
        root.Add(key, made);
        return made;
    }

    // An even head width divides the width.
    private static int Heads(int most, int width) =>
        Enumerable.Range(1, most).Last(heads => width % heads == 0 && width / heads % 2 == 0);

    private static YamlMappingNode Flow(params (string Key, YamlNode Value)[] pairs)
    {
        var mapping = new YamlMappingNode { Style = MappingStyle.Flow };
        foreach (var (key, value) in pairs)
            mapping.Add(key, value);
        return mapping;
    }

    private static YamlScalarNode Scalar(double value) => new(value.ToString("0.######", CultureInfo.InvariantCulture));
}
