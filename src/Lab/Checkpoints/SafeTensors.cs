using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Bench.Lab.Tensors;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Bench.Lab.Checkpoints;

/// <summary>
/// A file of the safetensors format: 8 bytes of header length, a JSON header of names to type, shape and byte range,
/// then the data. Opening reads the header alone; a tensor is read straight into the memory where it will stay,
/// converted on the way.
/// </summary>
internal sealed class SafeTensors : IDisposable
{
    private const long LongestHeader = 100L << 20;
    private const int Chunk = 4 << 20;

    private readonly string path;
    private readonly SafeFileHandle handle;
    private readonly long dataStart;
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    private SafeTensors(string path)
    {
        this.path = path;
        handle = File.OpenHandle(path);
        try
        {
            var (length, json) = Header();
            dataStart = 8 + length;
            Index(json);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    internal IEnumerable<string> Names => entries.Keys;

    /// <exception cref="LabException">The file is not what it says it is.</exception>
    internal static SafeTensors Open(string path)
    {
        try
        {
            return new SafeTensors(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Bad(path, error.Message.ReplaceLineEndings(" "));
        }
    }

    /// <summary>Writes tensors in the given order and in their own types, float32 or bfloat16.</summary>
    internal static void Write(string path, IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        using var scope = NewDisposeScope();
        var ready = tensors.ToArray();
        var header = new Dictionary<string, object> { ["__metadata__"] = new { format = "pt" } };
        long offset = 0;
        foreach (var (name, tensor) in ready)
        {
            var bytes = tensor.numel() * SizeOf(tensor.dtype);
            header[name] = new
            {
                dtype = tensor.dtype == ScalarType.BFloat16 ? "BF16" : "F32",
                shape = tensor.shape,
                data_offsets = new[] { offset, offset + bytes },
            };
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
        for (var i = json.Length; i < padded; i++)
            stream.WriteByte((byte)' ');
        foreach (var (_, tensor) in ready)
        {
            using var inner = NewDisposeScope();
            foreach (var part in Parts(tensor.detach().to(CPU).contiguous()))
                stream.Write(part.bytes);
        }
    }

    internal bool Has(string name) => entries.ContainsKey(name);

    /// <summary>The shape of a tensor that is there.</summary>
    internal IReadOnlyList<long> ShapeOf(string name) => entries[name].Shape;

    /// <summary>A tensor as float32.</summary>
    internal Tensor Read(string name)
    {
        var tensor = empty(entries[name].Shape, dtype: ScalarType.Float32);
        Fill(name, tensor);
        return tensor;
    }

    /// <summary>Reads a tensor into another of its size, contiguous, on the CPU, float32 or bfloat16.</summary>
    /// <exception cref="LabException">The file ends early, or its type cannot be read.</exception>
    internal void Fill(string name, Tensor destination)
    {
        using var scope = NewDisposeScope();
        var entry = entries[name];
        var at = dataStart + entry.From;
        var buffer = entry.Type == destination.dtype ? [] : new byte[Chunk];
        foreach (var part in Parts(destination))
        {
            var target = part.bytes;
            if (buffer.Length == 0)
            {
                ReadAll(at, target);
                at += target.Length;
                continue;
            }

            var (from, to) = (SizeOf(entry.Type), SizeOf(destination.dtype));
            for (var done = 0; done < target.Length; )
            {
                var count = Math.Min(Chunk / from, (target.Length - done) / to);
                var source = buffer.AsSpan(0, count * from);
                ReadAll(at, source);
                Convert(source, entry.Type, target.Slice(done, count * to), destination.dtype);
                at += source.Length;
                done += count * to;
            }
        }
    }

    public void Dispose() => handle.Dispose();

    // A span of bytes reaches 2 GiB at most: larger tensors go in parts of some rows.
    private static IEnumerable<Tensor> Parts(Tensor tensor)
    {
        const long Largest = 256L << 20;
        var bytes = tensor.numel() * SizeOf(tensor.dtype);
        if (bytes <= Largest || tensor.shape.Length == 0)
        {
            yield return tensor;
            yield break;
        }

        var rows = Math.Max(1, Largest / (bytes / tensor.shape[0]));
        for (long row = 0; row < tensor.shape[0]; row += rows)
            yield return tensor.narrow(0, row, Math.Min(rows, tensor.shape[0] - row));
    }

    private static int SizeOf(ScalarType type) => type == ScalarType.Float32 ? 4 : 2;

    private static void Convert(ReadOnlySpan<byte> source, ScalarType from, Span<byte> target, ScalarType to)
    {
        if (to == ScalarType.Float32)
        {
            var floats = MemoryMarshal.Cast<byte, float>(target);
            if (from == ScalarType.BFloat16)
            {
                var halves = MemoryMarshal.Cast<byte, ushort>(source);
                for (var i = 0; i < floats.Length; i++)
                    floats[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
            }
            else
            {
                var halves = MemoryMarshal.Cast<byte, Half>(source);
                for (var i = 0; i < floats.Length; i++)
                    floats[i] = (float)halves[i];
            }

            return;
        }

        var narrow = MemoryMarshal.Cast<byte, ushort>(target);
        if (from == ScalarType.Float32)
        {
            var floats = MemoryMarshal.Cast<byte, float>(source);
            for (var i = 0; i < narrow.Length; i++)
                narrow[i] = Rounded(floats[i]);
        }
        else
        {
            var halves = MemoryMarshal.Cast<byte, Half>(source);
            for (var i = 0; i < narrow.Length; i++)
                narrow[i] = Rounded((float)halves[i]);
        }
    }

    // To the nearest, ties to even, as libtorch rounds to bfloat16.
    private static ushort Rounded(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private void ReadAll(long at, Span<byte> target)
    {
        while (target.Length > 0)
        {
            var read = RandomAccess.Read(handle, target, at);
            if (read == 0)
                throw Bad(path, "it ends early");
            target = target[read..];
            at += read;
        }
    }

    private (long Length, byte[] Json) Header()
    {
        Span<byte> lengthBytes = stackalloc byte[8];
        var size = RandomAccess.GetLength(handle);
        if (size < 8)
            throw Bad(path, "it is shorter than its header");
        ReadAll(0, lengthBytes);
        var length = BinaryPrimitives.ReadInt64LittleEndian(lengthBytes);
        if (length < 2 || length > Math.Min(LongestHeader, size - 8))
            throw Bad(path, $"its header claims {length} bytes");
        var json = new byte[length];
        ReadAll(8, json);
        return (length, json);
    }

    private void Index(byte[] json)
    {
        var size = RandomAccess.GetLength(handle) - dataStart;
        try
        {
            using var header = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            foreach (var property in header.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                    continue;
                if (!entries.TryAdd(property.Name, EntryOf(property, size)))
                    throw Bad(path, $"the tensor {property.Name} stands twice in it");
            }
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Bad(path, $"its header is not a table of tensors ({error.Message.ReplaceLineEndings(" ")})");
        }

        // The data is the tensors one after the other, and nothing else.
        long end = 0;
        foreach (var (name, entry) in entries.OrderBy(pair => pair.Value.From).ThenBy(pair => pair.Value.To))
        {
            if (entry.From != end)
                throw Bad(
                    path,
                    entry.From < end
                        ? $"the tensor {name} overlaps another"
                        : $"there is a hole before the tensor {name}"
                );
            end = entry.To;
        }

        if (end != size)
            throw Bad(path, $"its data has {size} bytes, and its tensors {end}");
    }

    private Entry EntryOf(JsonProperty property, long size)
    {
        var type = property.Value.GetProperty("dtype").GetString() switch
        {
            "F32" => ScalarType.Float32,
            "F16" => ScalarType.Float16,
            "BF16" => ScalarType.BFloat16,
            var other => throw Bad(
                path,
                $"tensor {property.Name} has type {other}; this reader takes F32, F16 and BF16"
            ),
        };
        var shape = property.Value.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64()).ToArray();
        var range = property
            .Value.GetProperty("data_offsets")
            .EnumerateArray()
            .Select(offset => offset.GetInt64())
            .ToArray();
        // In decimal a product of a few sizes cannot wrap around.
        if (
            range.Length != 2
            || shape.Length > 4
            || shape.Any(length => length < 0 || length > 1L << 40)
            || range[0] < 0
            || range[1] < range[0]
            || range[1] > size
            || shape.Aggregate(
                (decimal)SizeOf(type),
                (product, length) =>
                    product == 0 ? 0
                    : product > 1e15m ? product
                    : product * length
            )
                != range[1] - range[0]
        )
            throw Bad(path, $"tensor {property.Name} has a shape or range that does not fit the file");
        return new Entry(type, shape, range[0], range[1]);
    }

    private static LabException Bad(string path, string problem) =>
        new($"{path}: not a usable safetensors file: {problem}");

    private sealed record Entry(ScalarType Type, long[] Shape, long From, long To);
}
