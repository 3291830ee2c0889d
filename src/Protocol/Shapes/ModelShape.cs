using System.Globalization;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Shapes;

/// <summary>
/// The shape of a model: a decoder-only transformer with RMSNorm, rotary embedding, grouped-query attention and SwiGLU,
/// or a perceptron.
/// </summary>
public sealed record ModelShape
{
    public required int Layers { get; init; }

    public required int Width { get; init; }

    public required int Heads { get; init; }

    /// <summary>Heads of keys and values; each serves Heads / KeyValueHeads query heads.</summary>
    public required int KeyValueHeads { get; init; }

    public required int HeadWidth { get; init; }

    /// <summary>Inner width of the SwiGLU feed-forward layer.</summary>
    public required int FeedForward { get; init; }

    /// <summary>Size of the vocabulary; 0 until the tokenizer is known.</summary>
    public int Vocabulary { get; init; }

    /// <summary>Whether the output head is the embedding matrix.</summary>
    public bool TiedHead { get; init; }

    /// <summary>Whether query, key and value projections have biases.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the projection out of attention has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the feed-forward layer's projections have biases.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Whether queries and keys of each head are normalised before their rotary turn (Qwen 3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>How rotary frequencies are scaled; null for not at all.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <summary>Positions that the model was made for; null where nobody says.</summary>
    public int? Context { get; init; }

    /// <summary>
    /// The widths of a perceptron's hidden layers over <see cref="Width"/> inputs; null for a transformer, whose other
    /// dimensions do not matter here.
    /// </summary>
    public IReadOnlyList<int>? Hidden { get; init; }

    public double RotaryBase { get; init; } = 10_000;

    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>The inputs of what a model of this shape computes.</summary>
    public Inputs Inputs =>
        Hidden is not null
            ? new()
            {
                { "inputs", Width },
                { "hidden", Hidden.Select(width => width.ToString(CultureInfo.InvariantCulture)) },
                { "classes", Vocabulary },
            }
            : new()
            {
                { "layers", Layers },
                { "width", Width },
                { "heads", Heads },
                { "kv-heads", KeyValueHeads },
                { "head-width", HeadWidth },
                { "ffn", FeedForward },
                { "vocabulary", Vocabulary },
                { "tied-head", TiedHead },
                { "attention-bias", AttentionBias },
                { "output-bias", OutputBias },
                { "ffn-bias", FeedForwardBias },
                { "query-key-norm", QueryKeyNorm },
                { "rotary-base", RotaryBase },
                { "rotary-scaling", RotaryScaling?.Inputs },
                { "norm-epsilon", NormEpsilon },
                { "context", Context },
            };

    /// <summary>Inputs and outputs of each of a perceptron's layers.</summary>
    public IReadOnlyList<(int From, int To)> Connections =>
        Hidden is null ? [] : [.. new[] { Width }.Concat(Hidden).Zip(Hidden.Append(Vocabulary))];

    /// <summary>A perceptron.</summary>
    public static ModelShape Perceptron(int inputs, IReadOnlyList<int> hidden, int classes) =>
        new()
        {
            Layers = hidden.Count,
            Width = inputs,
            Heads = 1,
            KeyValueHeads = 1,
            HeadWidth = 2,
            FeedForward = 1,
            Vocabulary = classes,
            Hidden = hidden,
        };

    /// <summary>Stands for a shape that is not known yet, or to nobody.</summary>
    public static ModelShape Unknown { get; } =
        new()
        {
            Layers = 1,
            Width = 2,
            Heads = 1,
            KeyValueHeads = 1,
            HeadWidth = 2,
            FeedForward = 2,
        };

    /// <summary>Rows of the joint query, key and value projection.</summary>
    public int ProjectionRows => (Heads + 2 * KeyValueHeads) * HeadWidth;

    /// <summary>Number of parameters.</summary>
    public long Parameters
    {
        get
        {
            if (Hidden is not null)
                return Connections.Sum(layer => (layer.From + 1L) * layer.To);
            long attention =
                (long)ProjectionRows * (Width + (AttentionBias ? 1 : 0))
                + (long)Heads * HeadWidth * Width
                + (OutputBias ? Width : 0)
                + (QueryKeyNorm ? 2 * HeadWidth : 0);
            long layer =
                attention + 3L * Width * FeedForward + (FeedForwardBias ? 2L * FeedForward + Width : 0) + 2L * Width;
            return Layers * layer + (TiedHead ? 1L : 2L) * Vocabulary * Width + Width;
        }
    }
}
