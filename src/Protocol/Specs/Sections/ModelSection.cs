using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;

namespace Bench.Protocol.Specs.Sections;

/// <summary>
/// The shape of a model that is made here, as the experiment file gives it: a decoder's, or a perceptron's by its
/// hidden layers.
/// </summary>
public sealed record ModelSection
{
    [Key("layers", "layers of a decoder", Low = 1, High = 512)]
    public int? Layers { get; init; }

    [Key("width", "channels between layers", Low = 2, High = 65_536)]
    public int? Width { get; init; }

    [Key("heads", "heads of attention", Low = 1, High = 1024)]
    public int? Heads { get; init; }

    [Key("kv-heads", "heads of keys and values; heads is a multiple of it", Low = 1, High = 1024, Default = "heads")]
    public int? KeyValueHeads { get; init; }

    [Key("head-width", "channels of a head; even", Low = 2, High = 1024, Default = "width / heads")]
    public int? HeadWidth { get; init; }

    [Key(
        "ffn",
        "inner width of the feed-forward layer",
        Low = 1,
        High = 1 << 20,
        Default = "8/3 of width, rounded up to a multiple of 8"
    )]
    public int? FeedForward { get; init; }

    [Key("tied-head", "whether the output head is the embedding matrix")]
    public bool TiedHead { get; init; }

    [Key("attention-bias", "whether query, key and value projections have biases")]
    public bool AttentionBias { get; init; }

    [Key(
        "hidden",
        "widths of a perceptron's hidden layers, instead of all other keys",
        Low = 1,
        High = 1 << 20,
        Remedy = "give the widths of the hidden layers"
    )]
    public IReadOnlyList<int>? Hidden { get; init; }

    /// <summary>Reads a shape, for images of so many pixels and classes where it is a perceptron's.</summary>
    internal static ModelShape Read(SpecMapping section, int pixels, int classes)
    {
        var model = section.Read<ModelSection>();
        section.Close();
        if (model.Hidden is not null)
            return model.Perceptron(section, pixels, classes);
        foreach (
            var (key, value) in ((string, int?)[])
                [("layers", model.Layers), ("width", model.Width), ("heads", model.Heads)]
        )
            if (value is null)
                section.Note(
                    new SpecException(
                        section.Location,
                        $"'{key}' is missing",
                        "give layers, width and heads; or hidden, for a perceptron"
                    )
                );
        return model is { Layers: { } layers, Width: { } width, Heads: { } heads }
            ? model.Decoder(section, layers, width, heads)
            : throw new SectionFailedException();
    }

    private ModelShape Perceptron(SpecMapping section, int pixels, int classes)
    {
        foreach (
            var key in (string[])
                ["layers", "width", "heads", "kv-heads", "head-width", "ffn", "tied-head", "attention-bias"]
        )
            if (section.Has(key))
                section.Note(
                    new SpecException(
                        section.LocationOfKey(key),
                        $"a perceptron has no '{key}'",
                        $"remove {key}, or hidden"
                    )
                );
        return ModelShape.Perceptron(pixels, Hidden!, classes);
    }

    private ModelShape Decoder(SpecMapping section, int layers, int width, int heads)
    {
        var keyValueHeads = KeyValueHeads ?? heads;
        if (heads % keyValueHeads != 0)
            throw new SpecException(
                section.LocationOfValue("kv-heads"),
                $"heads {heads} is not a multiple of kv-heads {keyValueHeads}",
                "change one"
            );
        if (HeadWidth is null && width % heads != 0)
            throw new SpecException(
                section.LocationOfValue("width"),
                $"width {width} is not a multiple of heads {heads}",
                "change one, or give head-width"
            );
        var headWidth = HeadWidth ?? width / heads;
        if (headWidth % 2 != 0 || headWidth > 1024)
            throw new SpecException(
                section.LocationOfValue(HeadWidth is null ? "width" : "head-width"),
                $"the head width {headWidth} is {(headWidth > 1024 ? "over 1024" : "odd")}",
                "rotary embedding turns pairs: make it even, and at most 1024"
            );
        return new ModelShape
        {
            Layers = layers,
            Width = width,
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadWidth = headWidth,
            FeedForward = FeedForward ?? (width * 8 / 3 + 7) / 8 * 8,
            TiedHead = TiedHead,
            AttentionBias = AttentionBias,
        };
    }
}
