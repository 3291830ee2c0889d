using System.Buffers.Binary;
using System.Text.Json;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Checkpoints;

/// <summary>The safetensors format: 8 bytes of header length, a JSON header of names to type, shape and byte range, then the data.</summary>
internal static class SafeTensors
{
    private const long LongestHeader = 100L << 20;

    /// <summary>Writes float32 tensors in the given order.</summary>
    internal static void Write(string path, IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        using var scope = NewDisposeScope();
        var ready = tensors.Select(entry => (entry.Name, Tensor: entry.Tensor.detach().to(CPU).to(ScalarType.Float32).contiguous())).ToArray();
        var header = new Dictionary<string, object>();
        long offset = 0;
        foreach (var (name, tensor) in ready)
        {
            var bytes = tensor.numel() * sizeof(float);
            header[name] = new { dtype = "F32", shape = tensor.shape, data_offsets = new[] { offset, offset + bytes } };
            offset += bytes;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        // The data starts at a multiple of 8.
        var padded = (json.Length + 7) / 8 * 8;
        using var stream = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        stream.Write(length);
        stream.Write(json);
        stream.Write(new byte[padded - json.Length].Select(_ => (byte)' ').ToArray());
        foreach (var (_, tensor) in ready) stream.Write(tensor.bytes);
    }

    /// <summary>Reads every tensor as float32.</summary>
    /// <exception cref="LabException">The file is not what it says it is.</exception>
    internal static IReadOnlyDictionary<string, Tensor> Read(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> lengthBytes = stackalloc byte[8];
        if (stream.Length < 8) throw Bad(path, "it is shorter than its header");
        stream.ReadExactly(lengthBytes);
        var length = BinaryPrimitives.ReadInt64LittleEndian(lengthBytes);
        if (length < 2 || length > Math.Min(LongestHeader, stream.Length - 8)) throw Bad(path, $"its header claims {length} bytes");
        var json = new byte[length];
        stream.ReadExactly(json);
        var result = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            using var header = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            foreach (var entry in header.RootElement.EnumerateObject())
            {
                if (entry.Name == "__metadata__") continue;
                result[entry.Name] = ReadOne(stream, path, 8 + length, entry);
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Bad(path, $"its header is not a table of tensors ({error.Message.ReplaceLineEndings(" ")})");
        }

        return result;
    }

    private static Tensor ReadOne(FileStream stream, string path, long dataStart, JsonProperty entry)
    {
        var type = entry.Value.GetProperty("dtype").GetString();
        if (type != "F32") throw Bad(path, $"tensor {entry.Name} has type {type}; this reader takes F32");
        var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var range = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        // In decimal a product of sizes cannot wrap around.
        if (range.Length != 2 || shape.Any(size => size < 0) || shape.Aggregate(4m, (product, size) => product * size) != range[1] - range[0]
            || range[0] < 0 || range[1] > stream.Length - dataStart)
            throw Bad(path, $"tensor {entry.Name} has a shape or range that does not fit the file");
        var tensor = empty(shape, dtype: ScalarType.Float32);
        stream.Position = dataStart + range[0];
        stream.ReadExactly(tensor.bytes);
        return tensor;
    }

    private static LabException Bad(string path, string problem) => new($"{path}: not a usable safetensors file: {problem}");
}
