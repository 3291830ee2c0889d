using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>
/// Handwritten digits: MNIST's images as they are found in BENCH_DATA, all of them or some, else downloaded. Every tenth image of the training set is the validation split. A teacher labels the
/// transfer set, from which one digit may be withheld: students then never see an image of it (Hinton, Vinyals and Dean 2015, section 3).
/// </summary>
[TaskKind("digits")]
public sealed record Digits : ITask
{
    /// <summary>Classes.</summary>
    public const int Classes = 10;

    /// <summary>Of an image: 28 rows of 28.</summary>
    public const int Pixels = 784;

    private const string Source = "https://ossci-datasets.s3.amazonaws.com/mnist/";

    public Digits(TaskOptions options)
    {
        Withheld = options.Integer("withheld", -1, -1, Classes - 1);
        Metrics = Withheld < 0 ? [Metric.Accuracy] : [Metric.Accuracy, Metric.WithheldAccuracy];
    }

    /// <summary>The digit that students never see; −1 for none.</summary>
    public int Withheld { get; }

    /// <inheritdoc/>
    public Inputs Inputs => new() { { "withheld", Withheld < 0 ? null : Withheld } };

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics { get; }

    /// <summary>The files: training images, training labels, test images, test labels.</summary>
    public static IReadOnlyList<FileReference> Files { get; } =
    [
        File("train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        File("train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        File("t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        File("t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ];

    private static FileReference File(string name, string sha256) =>
        new("benchmarks/mnist/" + name, new Uri(Source + name), sha256, null, null) { LocalMayDiffer = true };
}
