using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Lab.Checkpoints;

/// <summary>
/// A llama2.c checkpoint, version 0: seven int32 (width, inner width, layers, heads, key-value heads, vocabulary,
/// context; a positive vocabulary shares the head with the embedding), then float32 tensors kind by kind. Rotary pairs
/// are neighbours there; here a channel pairs with the one half a head away, so rows of the query and key matrices are
/// reordered.
/// </summary>
public static class Llama2cFile
{
    private const int HeaderBytes = 7 * sizeof(int);

    /// <summary>The shape that the header states.</summary>
    /// <exception cref="LabException">The file is not such a checkpoint.</exception>
    public static ModelShape Shape(string path)
    {
        LfsPointer.Refuse(path);
        using var stream = File.OpenRead(path);
        return Header(stream, path).Shape;
    }

    /// <summary>Reads the model.</summary>
    /// <exception cref="LabException">The file is not such a checkpoint.</exception>
    public static Decoder Load(string path, Compute compute)
    {
        using var scope = NewDisposeScope();
        using var stream = File.OpenRead(path);
        var (shape, context) = Header(stream, path);
        var (width, attended, shared, inner) = (
            shape.Width,
            shape.Heads * shape.HeadWidth,
            shape.KeyValueHeads * shape.HeadWidth,
            shape.FeedForward
        );
        Tensor Next(params long[] size)
        {
            var tensor = empty(size, dtype: ScalarType.Float32);
            stream.ReadExactly(tensor.bytes);
            return tensor;
        }

        Tensor[] PerLayer(params long[] size) => [.. Enumerable.Range(0, shape.Layers).Select(_ => Next(size))];
        var embedding = Next(shape.Vocabulary, width);
        var attentionNorms = PerLayer(width);
        var (queries, keys, values, outputs) = (
            PerLayer(attended, width),
            PerLayer(shared, width),
            PerLayer(shared, width),
            PerLayer(width, attended)
        );
        var feedForwardNorms = PerLayer(width);
        var (gates, downs, ups) = (PerLayer(inner, width), PerLayer(width, inner), PerLayer(inner, width));
        var finalNorm = Next(width);
        // Tables of cosines and sines that llama2.c no longer uses.
        stream.Seek(2L * context * shape.HeadWidth / 2 * sizeof(float), SeekOrigin.Current);
        var head = shape.TiedHead ? null : Next(shape.Vocabulary, width);

        var weights = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            [ParameterNames.Embedding] = embedding,
            [ParameterNames.FinalNorm] = finalNorm,
        };
        if (head is not null)
            weights[ParameterNames.Head] = head;
        for (var i = 0; i < shape.Layers; i++)
        {
            weights[ParameterNames.AttentionNorm(i)] = attentionNorms[i];
            weights[ParameterNames.Projection(i)] = cat(
                [HalvesFirst(queries[i], shape.Heads), HalvesFirst(keys[i], shape.KeyValueHeads), values[i]],
                0
            );
            weights[ParameterNames.Output(i)] = outputs[i];
            weights[ParameterNames.FeedForwardNorm(i)] = feedForwardNorms[i];
            weights[ParameterNames.GateUp(i)] = cat([gates[i], ups[i]], 0);
            weights[ParameterNames.Down(i)] = downs[i];
        }

        return Decoder.FromWeights(shape, compute, (name, tensor) => tensor.copy_(weights[name]));
    }

    // Rows (pair 0 first, pair 0 second, pair 1 first, …) of each head become (all firsts, all seconds).
    private static Tensor HalvesFirst(Tensor matrix, int heads)
    {
        var (rows, columns) = (matrix.shape[0], matrix.shape[1]);
        return matrix.view(heads, rows / heads / 2, 2, columns).transpose(1, 2).reshape(rows, columns);
    }

    private static (ModelShape Shape, int Context) Header(FileStream stream, string path)
    {
        var header = new byte[HeaderBytes];
        if (stream.Length < HeaderBytes)
            throw new LabException($"{path}: shorter than a llama2.c header");
        stream.ReadExactly(header);
        var numbers = MemoryMarshal.Cast<byte, int>(header).ToArray();
        if (!BitConverter.IsLittleEndian)
            numbers = Array.ConvertAll(numbers, BinaryPrimitives.ReverseEndianness);
        var (width, inner, layers, heads, keyValueHeads, vocabulary, context) = (
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3],
            numbers[4],
            numbers[5],
            numbers[6]
        );
        if (
            new[] { width, inner, layers, heads, keyValueHeads, context }.Any(n => n is <= 0 or > 1 << 20)
            || vocabulary is 0 or int.MinValue
            || width % heads != 0
            || heads % keyValueHeads != 0
            || width / heads % 2 != 0
        )
            throw new LabException($"{path}: not a llama2.c version-0 checkpoint: its header gives no possible sizes");
        var shape = new ModelShape
        {
            Layers = layers,
            Width = width,
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadWidth = width / heads,
            FeedForward = inner,
            Vocabulary = Math.Abs(vocabulary),
            TiedHead = vocabulary > 0,
            RotaryBase = 10_000,
            NormEpsilon = 1e-5,
            Context = context,
        };
        var expected = HeaderBytes + sizeof(float) * ((decimal)shape.Parameters + (decimal)context * shape.HeadWidth);
        return stream.Length == expected
            ? (shape, context)
            : throw new LabException($"{path}: {stream.Length} bytes long, but its header asks for {expected}");
    }
}
