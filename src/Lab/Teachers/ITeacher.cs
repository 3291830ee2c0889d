using Bench.Lab.Signals;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;

namespace Bench.Lab.Teachers;

/// <summary>Who teaches. A teacher answers and scores; it has no parameters to touch, and so it is frozen.</summary>
public interface ITeacher : IDisposable
{
    ITokenizer Tokenizer { get; }

    /// <summary>Its shape, from which its work is charged.</summary>
    ModelShape Shape { get; }

    /// <summary>Continues prompts (see <see cref="Models.Generator.Continue"/>).</summary>
    (IReadOnlyList<int[]> Responses, Charge Charge) Write(
        IReadOnlyList<int[]> prompts, int limit, int end, SamplingSpec sampling, Seed seed, ChargeKind kind, Action<int>? progress = null);

    /// <summary>The k largest probabilities, at a temperature, of each response token of sequences.</summary>
    (TopKSignal Signal, Charge Charge) Score(IReadOnlyList<Sequence> sequences, int k, double temperature, ChargeKind kind, Action<int>? progress = null);

    /// <summary>For each response token of sequences, the natural log-probability the teacher gave it and the token it finds most likely.</summary>
    (IReadOnlyList<TokenScores> Scores, Charge Charge) Predict(IReadOnlyList<Sequence> sequences, ChargeKind kind);
}
