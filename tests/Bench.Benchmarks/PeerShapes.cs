using Bench.Protocol.Shapes;

namespace Bench.Benchmarks;

/// <summary>
/// The shapes at which speed is compared with a plain PyTorch model. The peer's own defaults and a narrower and a wider
/// model; and what the experiments here train.
/// </summary>
internal static class PeerShapes
{
    internal const int Batch = 32;

    /// <summary>narrow, default or wide; answers or traces of the experiments' students.</summary>
    internal static ModelShape Named(string name) =>
        name switch
        {
            "answers" or "traces" => Of(layers: 2, width: 32, ffn: 88, vocabulary: 17),
            "narrow" => Of(layers: 2, width: 64, ffn: 344),
            "default" => Of(layers: 4, width: 128, ffn: 344),
            "wide" => Of(layers: 6, width: 256, ffn: 344),
            _ => throw new ArgumentException($"no shape is called {name}", nameof(name)),
        };

    /// <summary>Tokens of a sequence.</summary>
    internal static int TimeOf(string name) =>
        name switch
        {
            "answers" => 12,
            "traces" => 40,
            _ => 128,
        };

    /// <summary>
    /// The peer's teacher beside that student: 4 layers of width 256, with the student's inner width where the widths
    /// agree.
    /// </summary>
    internal static ModelShape TeacherOf(string name) =>
        Of(layers: 4, width: 256, ffn: name == "wide" ? 344 : 682, Named(name).Vocabulary);

    private static ModelShape Of(int layers, int width, int ffn, int vocabulary = 256) =>
        new()
        {
            Layers = layers,
            Width = width,
            Heads = 4,
            KeyValueHeads = 4,
            HeadWidth = width / 4,
            FeedForward = ffn,
            Vocabulary = vocabulary,
        };
}
