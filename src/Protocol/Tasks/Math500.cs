using System.Text.Json;
using Bench.Protocol.Grading;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>
/// 500 problems of MATH (Hendrycks et al. 2021) that Lightman et al. (2023) held out; there is nothing in it to train
/// on. The file is HuggingFaceH4/MATH-500's test.jsonl, which is put under BENCH_DATA as
/// benchmarks/math-500/test.jsonl.
/// </summary>
[Named("math-500", "500 problems of MATH, for tests only")]
public sealed record Math500 : BenchmarkTask
{
    /// <inheritdoc/>
    public override FileReference? TrainingFile => null;

    /// <inheritdoc/>
    public override FileReference TestFile =>
        new("benchmarks/math-500/test.jsonl", null, null, null, new SourceLocation("math-500", 1, 1));

    /// <inheritdoc/>
    protected override IGrader Grader => new MathGrader();

    /// <inheritdoc/>
    protected override (string Question, string Reasoning, string Answer) Parts(JsonElement line) =>
        (
            line.GetProperty("problem").GetString()!,
            line.GetProperty("solution").GetString()!,
            line.GetProperty("answer").GetString()!
        );
}
