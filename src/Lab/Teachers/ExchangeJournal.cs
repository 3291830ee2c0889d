using System.Buffers.Binary;
using Bench.Lab.Signals;
using Bench.Lab.Tensors;

namespace Bench.Lab.Teachers;

/// <summary>
/// A server's answers, on disk as they come, so that nothing paid for is asked again: a record is its length, the
/// question's 32 bytes, the answer and a CRC-32C. Where a record is cut off or damaged, it and what follows are as if
/// they had never come.
/// </summary>
internal sealed class ExchangeJournal : IDisposable
{
    private const int KeyLength = 32;
    private const int LargestAnswer = 256 << 20;

    private readonly FileStream stream;
    private readonly Dictionary<string, (long At, int Length)> places = new(StringComparer.Ordinal);

    /// <exception cref="LabException">Another process has it.</exception>
    internal ExchangeJournal(string path)
    {
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new LabException(
                $"{path}: cannot be opened, perhaps since another process asks the same server the same things "
                    + $"({error.Message.ReplaceLineEndings(" ")})"
            );
        }

        var end = 0L;
        while (Next(end) is var (key, length))
        {
            places[key] = (end + sizeof(int) + KeyLength, length);
            end += sizeof(int) + KeyLength + length + sizeof(uint);
        }

        stream.SetLength(end);
    }

    /// <summary>How many answers are in it.</summary>
    internal int Count
    {
        get
        {
            lock (stream)
                return places.Count;
        }
    }

    /// <summary>The answer to a question; null where it was not answered yet.</summary>
    internal EndpointReply? Find(EndpointQuestion question)
    {
        lock (stream)
        {
            if (!places.TryGetValue(Convert.ToHexString(question.Key), out var place))
                return null;
            var bytes = new byte[place.Length];
            stream.Position = place.At;
            stream.ReadExactly(bytes);
            return EndpointReply.FromBytes(bytes);
        }
    }

    /// <summary>Keeps an answer.</summary>
    internal void Add(EndpointQuestion question, EndpointReply reply)
    {
        var answer = reply.ToBytes();
        if (answer.Length > LargestAnswer)
            throw new LabException($"an answer of {answer.Length} bytes is more than any model writes");
        var record = new byte[sizeof(int) + KeyLength + answer.Length + sizeof(uint)];
        BinaryPrimitives.WriteInt32LittleEndian(record, answer.Length);
        question.Key.CopyTo(record, sizeof(int));
        answer.CopyTo(record, sizeof(int) + KeyLength);
        BinaryPrimitives.WriteUInt32LittleEndian(
            record.AsSpan(record.Length - sizeof(uint)),
            BlockFile.Checksum(record.AsSpan(0, record.Length - sizeof(uint)))
        );
        lock (stream)
        {
            var at = stream.Seek(0, SeekOrigin.End);
            stream.Write(record);
            stream.Flush();
            places[Convert.ToHexString(question.Key)] = (at + sizeof(int) + KeyLength, answer.Length);
        }
    }

    public void Dispose() => stream.Dispose();

    private (string Key, int Length)? Next(long at)
    {
        var head = new byte[sizeof(int) + KeyLength];
        if (stream.Length - at < head.Length + sizeof(uint))
            return null;
        stream.Position = at;
        stream.ReadExactly(head);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is < 0 or > LargestAnswer || stream.Length - at < head.Length + length + sizeof(uint))
            return null;
        var record = new byte[head.Length + length + sizeof(uint)];
        stream.Position = at;
        stream.ReadExactly(record);
        return
            BlockFile.Checksum(record.AsSpan(0, record.Length - sizeof(uint)))
            == BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(record.Length - sizeof(uint)))
            ? (Convert.ToHexString(record.AsSpan(sizeof(int), KeyLength)), length)
            : null;
    }
}
