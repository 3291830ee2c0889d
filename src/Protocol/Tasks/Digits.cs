using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Tasks;

/// <summary>
/// Handwritten digits: MNIST's images as they are found in BENCH_DATA, all of them or some, else downloaded. Every
/// tenth image of the training set is the validation split. A teacher labels the transfer set, from which one digit may
/// be withheld: students then never see an image of it (Hinton, Vinyals and Dean 2015, section 3).
/// </summary>
[Named("digits", "handwritten digits (MNIST)")]
public sealed record Digits : ITask
{
    /// <summary>Classes.</summary>
    public const int Classes = 10;

    /// <summary>One of ten, in a test set of about as many of each.</summary>
    public double? Chance => 1.0 / Classes;

    /// <summary>Of an image: 28 rows of 28.</summary>
    public const int Pixels = 784;

    private const string Source = "https://ossci-datasets.s3.amazonaws.com/mnist/";

    /// <summary>The digit that students never see; −1 for none.</summary>
    [Key("withheld", "a digit that students never see; -1 for none", Low = -1, High = 9, Neutral = -1)]
    public int Withheld { get; init; } = -1;

    /// <inheritdoc/>
    public TaskContent Content => TaskContent.Images;

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics =>
        Withheld < 0 ? [Metric.Accuracy] : [Metric.Accuracy, Metric.WithheldAccuracy];

    /// <inheritdoc/>
    public bool HasOneAnswer => false;

    /// <inheritdoc/>
    public bool HasTraining => true;

    /// <inheritdoc/>
    public string Alphabet => "";

    /// <inheritdoc/>
    public int? LongestWritten => null;

    /// <inheritdoc/>
    public IReadOnlyList<FileReference> Files => DataFiles;

    /// <inheritdoc/>
    public int WindowTokens => 0;

    /// <inheritdoc/>
    public int? MostProblems(Split split, int wanted) => null;

    /// <inheritdoc/>
    public IEnumerable<SampleLength> Lengths(Keep keep, int count) => Enumerable.Repeat(new SampleLength(1, 1), count);

    /// <summary>The files: training images, training labels, test images, test labels.</summary>
    public static IReadOnlyList<FileReference> DataFiles { get; } =
    [
        File("train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        File("train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        File("t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        File("t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ];

    private static FileReference File(string name, string sha256) =>
        new(
            Path: "benchmarks/mnist/" + name,
            Url: new Uri(Source + name),
            Sha256: sha256,
            Tokenizer: null,
            Location: null
        )
        {
            LocalMayDiffer = true,
        };
}
