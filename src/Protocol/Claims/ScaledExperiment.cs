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
    /// The experiment's file with the claim's scale in it, under a name of its own. What the claim does not state stays
    /// as it is.
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
        void Set(YamlMappingNode mapping, string key, YamlNode value) =>
            mapping.Children[new YamlScalarNode(key)] = value;
        Set(root, "name", $"{spec.Name}-as-{scale.Run}");
        var before = spec.Students[0].Model with { Vocabulary = teacher.Vocabulary };
        var shape = scale.StudentShare is { } share ? Nearest(teacher, share * teacher.Parameters) : before;
        var student = (YamlMappingNode)((YamlSequenceNode)root.Children[new YamlScalarNode("students")]).Children[0];
        if (scale.StudentShare is not null)
            Set(student, "model", Flow(("layers", shape.Layers), ("width", shape.Width), ("heads", shape.Heads)));
        Set(root, "students", new YamlSequenceNode(student));
        if (scale.TokensPerParameter is { } tokens)
        {
            var values = Around
                .Select(factor =>
                    Math.Max(1, Math.Round(factor * tokens * shape.Parameters * length.Loss / length.Processed))
                )
                .ToArray();
            // Little text in large batches would be no training.
            var batch = (int)Math.Clamp(values[0] / (FewestSteps * length.Loss), 1, spec.Training.Batch);
            if (batch < spec.Training.Batch)
                Set(Section(root, "training"), "batch", batch.ToString(CultureInfo.InvariantCulture));
            Set(
                root,
                "budgets",
                new YamlMappingNode(
                    new YamlScalarNode("unit"),
                    new YamlScalarNode("tokens"),
                    new YamlScalarNode("values"),
                    new YamlSequenceNode(values.Distinct().Select(value => Scalar(value)))
                    {
                        Style = SequenceStyle.Flow,
                    }
                )
                {
                    Style = MappingStyle.Flow,
                }
            );
        }

        var beside = new YamlMappingNode(new YamlScalarNode("claim"), new YamlScalarNode(scale.Run))
        {
            Style = MappingStyle.Flow,
        };
        if (point.Usd is { } usd)
            beside.Add("usd", Scalar(usd));
        if (point.Recovered is { Count: > 0 } gaps)
            beside.Add(
                "recovered",
                new YamlMappingNode(
                    gaps.SelectMany(gap =>
                        new YamlNode[]
                        {
                            new YamlScalarNode(gap.Key) { Style = YamlDotNet.Core.ScalarStyle.SingleQuoted },
                            Scalar(gap.Value),
                        }
                    )
                )
                {
                    Style = MappingStyle.Flow,
                }
            );
        Set(root, "as", beside);
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        stream.Save(text, assignAnchors: false);
        // The writer ends a document with a line of three dots.
        return text.ToString().ReplaceLineEndings("\n").Replace("\n...\n", "\n", StringComparison.Ordinal);
    }

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

    private static YamlMappingNode Flow(params (string Key, int Value)[] pairs) =>
        new(
            pairs.SelectMany(pair =>
                new YamlNode[]
                {
                    new YamlScalarNode(pair.Key),
                    new YamlScalarNode(pair.Value.ToString(CultureInfo.InvariantCulture)),
                }
            )
        )
        {
            Style = MappingStyle.Flow,
        };

    private static YamlScalarNode Scalar(double value) => new(value.ToString("0.######", CultureInfo.InvariantCulture));
}
