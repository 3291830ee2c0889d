using System.IO.Compression;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

public sealed class PerceptronTests : IDisposable
{
    private const int Side = 4;
    private readonly Scratch scratch = Repository.Scratch();

    public void Dispose() => scratch.Dispose();

    private string Idx(string name, int magic, int[] sizes, byte[] content)
    {
        var path = scratch.File(name);
        using var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        foreach (var number in sizes.Prepend(magic))
            zip.Write([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
        zip.Write(content);
        return path;
    }

    private ImageTable Table(byte[] pixels, byte[] labels) =>
        ImageTable.Load(
            [
                Idx("ti", 2051, [labels.Length, Side, Side], pixels),
                Idx("tl", 2049, [labels.Length], labels),
                Idx("ei", 2051, [1, Side, Side], new byte[Side * Side]),
                Idx("el", 2049, [1], [7]),
            ],
            Side * Side
        );

    [Fact]
    public void Images_are_read_and_moved_as_whole_pictures()
    {
        using var scope = NewDisposeScope();
        var pixels = new byte[Side * Side];
        (pixels[5], pixels[6]) = (255, 51);
        var table = Table(pixels, [3]);
        Assert.Equal((1, 2, 3, 7), (table.Training, table.Count, table.LabelOf(0), table.LabelOf(1)));
        var random = new Seed(1).Stream("jitter");
        var still = table.Pixels([0], 0, random).ToArray();
        Assert.Equal((1, 0.2f), (still[5], still[6]));
        // Moved by one in each of nine ways: the two pixels stay neighbours, or the right one leaves.
        for (var i = 0; i < 40; i++)
        {
            var moved = table.Pixels([0], 1, random).ToArray();
            var at = Array.IndexOf(moved, 1);
            Assert.Contains(at, new[] { 0, 1, 2, 4, 5, 6, 8, 9, 10 });
            Assert.Equal(0.2f, moved[at + 1]);
            Assert.Equal(1.2f, moved.Sum(), 1e-6f);
        }
    }

    [Fact]
    public void Wrong_files_are_named()
    {
        var (images, labels) = (Idx("i", 2051, [1, Side, Side], new byte[16]), Idx("l", 2049, [1], [3]));
        string Problem(params string[] files) => Assert.Throws<LabException>(() => ImageTable.Load(files, 16)).Message;
        Assert.StartsWith(labels, Problem(labels, labels, images, labels), StringComparison.Ordinal);
        Assert.Contains(
            "not 1 images of 16 pixels",
            Problem(Idx("x", 2051, [1, 2, 2], new byte[4]), labels, images, labels),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "2 labels for 1 images",
            Problem(images, Idx("y", 2049, [2], [1, 2]), images, labels),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "labels from 0 to 9",
            Problem(images, Idx("z", 2049, [1], [11]), images, labels),
            StringComparison.Ordinal
        );
        File.WriteAllText(scratch.File("text"), "no zip");
        Assert.StartsWith(
            scratch.File("text"),
            Problem(scratch.File("text"), labels, images, labels),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_perceptron_is_its_formula_and_costs_its_products()
    {
        using var scope = NewDisposeScope();
        var pixels = Enumerable.Range(0, Side * Side).Select(i => (byte)(i * 15)).ToArray();
        var shape = ModelShape.Perceptron(Side * Side, [5, 3], 10);
        using var model = Perceptron.Initialise(shape, Table(pixels, [3]), Compute.Cpu, new Seed(2));
        Assert.Equal(17 * 5 + 6 * 3 + 4 * 10, shape.Parameters);
        Assert.Equal(2.0 * (16 * 5 + 5 * 3 + 3 * 10), ModelFlops.Forward(shape, 1).Value);
        double[] x = [.. pixels.Select(pixel => pixel / 255.0)];
        for (var layer = 0; layer < 3; layer++)
        {
            var (weight, bias) = (model.Parameters[2 * layer].Tensor, model.Parameters[2 * layer + 1].Tensor);
            var (w, b, inputs) = (weight.ToArray(), bias.ToArray(), (int)weight.shape[1]);
            double[] y =
            [
                .. Enumerable
                    .Range(0, b.Length)
                    .Select(o => b[o] + Enumerable.Range(0, inputs).Sum(i => w[o * inputs + i] * x[i])),
            ];
            x = layer < 2 ? [.. y.Select(value => Math.Max(0, value))] : y;
        }

        Assert.All(
            model.Logits(TensorData.Of([0L], 1, 1)).ToArray().Zip(x),
            pair => Assert.Equal(pair.Second, pair.First, 1e-5)
        );
    }

    [Fact]
    public void Dropout_leaves_the_mean_and_drops_its_share()
    {
        using var scope = NewDisposeScope();
        var shape = ModelShape.Perceptron(Side * Side, [400], 10);
        using var model = Perceptron.Initialise(
            shape,
            Table([.. Enumerable.Repeat((byte)200, 16)], [3]),
            Compute.Cpu,
            new Seed(2)
        );
        var ids = TensorData.Of(new long[500], 500, 1);
        using var quiet = no_grad();
        var whole = model.Logits(ids).ToArray()[..10];
        model.Dropout = 0.5;
        var dropped = model.Logits(ids);
        var mean = dropped.sum(0).ToArray().Select(value => value / 500).ToArray();
        var spread = (dropped - dropped.sum(0, keepdim: true) / 500.0).square().sum().item<float>();
        Assert.True(spread > 1);
        Assert.All(mean.Zip(whole), pair => Assert.Equal(pair.Second, pair.First, 0.35f));
    }
}
