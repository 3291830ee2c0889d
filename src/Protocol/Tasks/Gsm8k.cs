using System.Text.Json;
using System.Text.RegularExpressions;
using Bench.Protocol.Grading;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>
/// Grade-school word problems (Cobbe et al. 2021, GSM8K): 7,473 to train on, 1,319 to test. Gold reasoning is without
/// the calculator's marks (&lt;&lt;…&gt;&gt;).
/// </summary>
[Named("gsm8k", "grade-school word problems (GSM8K)")]
public sealed partial record Gsm8k : BenchmarkTask
{
    private const string Source =
        "https://raw.githubusercontent.com/openai/grade-school-math/3101c7d5072418e28b9008a6636bde82a006892c/grade_sc"
        + "hool_math/data/";

    /// <inheritdoc/>
    public override FileReference TrainingFile =>
        File("train.jsonl", "17f347dc51477c50d4efb83959dbb7c56297aba886e5544ee2aaed3024813465");

    /// <inheritdoc/>
    public override FileReference TestFile =>
        File("test.jsonl", "3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14");

    /// <inheritdoc/>
    protected override IGrader Grader => new NumberGrader();

    /// <inheritdoc/>
    protected override (string Question, string Reasoning, string Answer) Parts(JsonElement line)
    {
        var parts = line.GetProperty("answer").GetString()!.Split("####");
        return parts is [var reasoning, var answer]
            ? (line.GetProperty("question").GetString()!, Calculation().Replace(reasoning, "").Trim(), answer.Trim())
            : throw new FormatException("an answer without ####");
    }

    // Packed where it is found here, plain where it comes from.
    private static FileReference File(string name, string sha256) =>
        new(
            Path: $"benchmarks/gsm8k/{name}.gz",
            Url: new Uri(Source + name),
            Sha256: sha256,
            Tokenizer: null,
            Location: new SourceLocation("gsm8k", 1, 1)
        )
        {
            LocalMayDiffer = true,
        };

    [GeneratedRegex("<<[^>]*>>", RegexOptions.CultureInvariant)]
    private static partial Regex Calculation();
}
