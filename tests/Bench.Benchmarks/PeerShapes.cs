using Bench.Protocol.Specs;

namespace Bench.Benchmarks;

/// <summary>The shapes at which speed is compared: the defaults of the PyTorch peer, and a narrower and a wider model. Their vocabulary is 256, their sequences have 128 tokens.</summary>
internal static class PeerShapes
{
    internal const int Time = 128;

    internal const int Batch = 32;

    /// <summary>narrow, default or wide.</summary>
    internal static ModelShape Named(string name) => name switch
    {
        "narrow" => Of(layers: 2, width: 64, ffn: 344),
        "default" => Of(layers: 4, width: 128, ffn: 344),
        "wide" => Of(layers: 6, width: 256, ffn: 344),
        _ => throw new ArgumentException($"no shape is called {name}", nameof(name)),
    };

    /// <summary>The peer's teacher beside that student: 4 layers of width 256, with the student's inner width where the widths agree.</summary>
    internal static ModelShape TeacherOf(string name) => Of(layers: 4, width: 256, ffn: name == "wide" ? 344 : 682);

    private static ModelShape Of(int layers, int width, int ffn) =>
        new() { Layers = layers, Width = width, Heads = 4, KeyValueHeads = 4, HeadWidth = width / 4, FeedForward = ffn, Vocabulary = 256 };
}
