using System.Buffers.Binary;
using System.IO.Compression;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// Grey images of one size with their labels, by number: those to train on first, then those to test on. Read from
/// MNIST's IDX files.
/// </summary>
internal sealed class ImageTable
{
    private const int ImageMagic = 2051;
    private const int LabelMagic = 2049;

    private readonly byte[] pixels;
    private readonly byte[] labels;
    private readonly int side;

    private ImageTable(byte[] pixels, byte[] labels, int side, int training) =>
        (this.pixels, this.labels, this.side, Training) = (pixels, labels, side, training);

    /// <summary>How many images are to train on.</summary>
    internal int Training { get; }

    internal int Count => labels.Length;

    internal int LabelOf(int image) => labels[image];

    /// <summary>Reads training images, training labels, test images and test labels, gzipped.</summary>
    /// <exception cref="LabException">A file is not what it should be: which, and why.</exception>
    internal static ImageTable Load(IReadOnlyList<string> files, int pixelsOfImage)
    {
        var (trainImages, trainLabels, testImages, testLabels) = (
            Images(files[0], pixelsOfImage),
            Labels(files[1]),
            Images(files[2], pixelsOfImage),
            Labels(files[3])
        );
        foreach (
            var (image, label, file) in ((byte[], byte[], string)[])
                [(trainImages, trainLabels, files[1]), (testImages, testLabels, files[3])]
        )
            if (image.Length != (long)label.Length * pixelsOfImage)
                throw new LabException($"{file}: {label.Length} labels for {image.Length / pixelsOfImage} images");
        return new ImageTable(
            [.. trainImages, .. testImages],
            [.. trainLabels, .. testLabels],
            (int)Math.Sqrt(pixelsOfImage),
            trainLabels.Length
        );
    }

    /// <summary>
    /// Images as [number, pixels] from 0 to 1, each moved by up to that many pixels across and down; what moves in is
    /// empty.
    /// </summary>
    internal Tensor Pixels(ReadOnlySpan<long> images, int jitter, RandomStream random)
    {
        var result = zeros([images.Length, side * side], dtype: ScalarType.Float32);
        var target = result.Floats();
        for (var i = 0; i < images.Length; i++)
        {
            var source = pixels.AsSpan((int)images[i] * side * side, side * side);
            var (across, down) =
                jitter > 0 ? (random.Between(-jitter, jitter), random.Between(-jitter, jitter)) : (0, 0);
            var image = target.Slice(i * side * side, side * side);
            for (var y = Math.Max(0, down); y < Math.Min(side, side + down); y++)
            {
                for (var x = Math.Max(0, across); x < Math.Min(side, side + across); x++)
                    image[y * side + x] = source[(y - down) * side + x - across] / 255f;
            }
        }

        return result;
    }

    private static byte[] Images(string file, int pixelsOfImage)
    {
        var bytes = Unzipped(file, ImageMagic, 16);
        var (count, rows, columns) = (Number(bytes, 4), Number(bytes, 8), Number(bytes, 12));
        return (long)rows * columns == pixelsOfImage && bytes.Length == 16 + (long)count * pixelsOfImage
            ? bytes[16..]
            : throw new LabException($"{file}: not {count} images of {pixelsOfImage} pixels");
    }

    private static byte[] Labels(string file)
    {
        var bytes = Unzipped(file, LabelMagic, 8);
        return bytes.Length == 8 + Number(bytes, 4) && bytes.Skip(8).All(label => label < 10)
            ? bytes[8..]
            : throw new LabException($"{file}: not as many labels from 0 to 9 as it says");
    }

    private static byte[] Unzipped(string file, int magic, int header)
    {
        try
        {
            using var zip = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            using var memory = new MemoryStream();
            zip.CopyTo(memory);
            var bytes = memory.ToArray();
            return bytes.Length >= header && Number(bytes, 0) == magic
                ? bytes
                : throw new LabException($"{file}: not an IDX file of this kind");
        }
        catch (InvalidDataException error)
        {
            throw new LabException($"{file}: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static int Number(byte[] bytes, int at) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
}
