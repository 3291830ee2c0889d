using System.IO.Compression;
using Bench.Lab.Text;
using BenchmarkDotNet.Attributes;

namespace Bench.Benchmarks;

/// <summary>
/// A real tokenizer of 128,000 tokens on about 100 kB of text: reading its file, texts to tokens, and back.
/// </summary>
public class Texts
{
    private readonly string folder = Directory.CreateTempSubdirectory("bench-texts-").FullName;
    private HuggingFaceTokenizer tokenizer = null!;
    private string text = "";
    private int[] tokens = [];

    [GlobalSetup]
    public void SetUp()
    {
        using (
            var packed = new GZipStream(
                File.OpenRead(ReferenceData.Of("tokenizers/llama3_1/tokenizer.json.gz")),
                CompressionMode.Decompress
            )
        )
        using (var file = File.Create(Path.Combine(folder, "tokenizer.json")))
            packed.CopyTo(file);
        File.Copy(
            ReferenceData.Of("tokenizers/llama3_1/tokenizer_config.json"),
            Path.Combine(folder, "tokenizer_config.json")
        );
        tokenizer = HuggingFaceTokenizer.Load(folder);
        var paragraph = File.ReadAllText(ReferenceData.Of("tokenizers/README.md"));
        text = string.Concat(Enumerable.Repeat(paragraph, 1 + 100_000 / paragraph.Length));
        tokens = tokenizer.Encode(text);
    }

    [Benchmark]
    public int Load() => HuggingFaceTokenizer.Load(folder).Size;

    [Benchmark]
    public int Encode() => tokenizer.Encode(text).Length;

    [Benchmark]
    public int Decode() => tokenizer.Decode(tokens).Length;

    [GlobalCleanup]
    public void CleanUp() => Directory.Delete(folder, recursive: true);
}
