using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using BenchmarkDotNet.Attributes;
using static TorchSharp.torch;

namespace Bench.Benchmarks;

/// <summary>
/// Greedy decoding of 128 tokens a sequence with a key-value cache, from one token each. "stories" is the teacher of
/// 260,000 parameters among the reference data.
/// </summary>
public class Generate
{
    private Decoder model = null!;
    private TextGenerator generator = null!;
    private int[][] prompts = [];

    [Params("narrow", "default", "wide", "stories")]
    public string Shape { get; set; } = "";

    [Params(1, 16, 64)]
    public int Batch { get; set; }

    [Params(true, false)]
    public bool Fused { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        set_num_threads(1);
        var compute = Fused ? Compute.Cpu : Compute.Composite;
        model =
            Shape == "stories"
                ? Llama2cFile.Load(ReferenceData.Of("checkpoints/stories260k/stories260K.bin"), compute)
                : Decoder.Initialise(PeerShapes.Named(Shape), compute, new Seed(0));
        model.Freeze();
        generator = new TextGenerator(model, TimeProvider.System);
        prompts = [.. Enumerable.Range(0, Batch).Select(i => new[] { 1 + i })];
    }

    [Benchmark]
    public long Tokens() =>
        generator.Continue(prompts, 128, -1, SamplingSpec.Greedy, default, ChargeKind.Evaluation).Charge.Tokens;

    [GlobalCleanup]
    public void CleanUp() => model.Dispose();
}
