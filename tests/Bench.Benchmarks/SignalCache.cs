using Bench.Lab.Signals;
using Bench.Protocol.Seeds;
using BenchmarkDotNet.Attributes;

namespace Bench.Benchmarks;

/// <summary>
/// A teacher's 32 largest probabilities of each of 64 · 256 tokens over a vocabulary of 151,936: to disk and back, 2
/// MiB.
/// </summary>
public class SignalCache
{
    private const int Sequences = 64;
    private const int Tokens = 256;
    private const int K = 32;
    private const int Vocabulary = 151_936;

    private readonly string folder = Directory.CreateTempSubdirectory("bench-signals-").FullName;
    private readonly long[] tokens = new long[Tokens * K];
    private readonly float[] values = new float[Tokens * K];
    private TeacherProbabilities scores = null!;

    [GlobalSetup]
    public void SetUp()
    {
        var random = new Seed(1).Stream("tokens");
        for (var entry = 0; entry < tokens.Length; entry++)
        {
            tokens[entry] = entry % K == 0 ? random.Next(Vocabulary - K) : tokens[entry - 1] + 1;
            values[entry] = MathF.Pow(0.5f, entry % K + 1);
        }

        WriteTo("read.bin");
        scores = new TeacherProbabilities(Path.Combine(folder, "read.bin"));
    }

    [Benchmark]
    public void Write() => WriteTo("written.bin");

    [Benchmark]
    public float Read()
    {
        for (var i = 0; i < Sequences; i++)
            scores.Read(i, tokens, values);
        return values[0];
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        scores.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private void WriteTo(string name)
    {
        using var writer = new TeacherProbabilities.Writer(
            Path.Combine(folder, name),
            Sequences,
            K,
            Vocabulary,
            1,
            sampled: false
        );
        for (var i = 0; i < Sequences; i++)
            writer.Write(i, tokens, values);
        writer.Complete();
    }
}
