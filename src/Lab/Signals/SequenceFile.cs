using System.Runtime.InteropServices;
using Bench.Lab.Models;

namespace Bench.Lab.Signals;

/// <summary>Sequences on disk: a block holds where the response starts, then the tokens.</summary>
internal static class SequenceFile
{
    private const int Kind = 1;

    internal static void Write(string path, IReadOnlyList<Sequence> sequences)
    {
        using var writer = new BlockFile.Writer(path, Kind, [], sequences.Count);
        for (var i = 0; i < sequences.Count; i++)
            writer.Write(i, MemoryMarshal.AsBytes<int>([sequences[i].Start, .. sequences[i].Tokens]));
        writer.Complete();
    }

    internal static IReadOnlyList<Sequence> Read(string path)
    {
        using var reader = new BlockFile.Reader(path, Kind);
        var sequences = new Sequence[reader.Count];
        for (var i = 0; i < sequences.Length; i++)
        {
            var words = MemoryMarshal.Cast<byte, int>(reader.Read(i));
            if (words.Length < 1)
                throw reader.Broken("an empty sequence");
            sequences[i] = new Sequence(words[1..].ToArray(), words[0]);
        }

        return sequences;
    }
}
