using Bench.Lab.Evaluation;
using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Lab.Teachers;

/// <summary>A teacher whose weights are here: trained by the experiment, or loaded from a checkpoint.</summary>
public sealed class LocalTeacher(Decoder model, ITokenizer tokenizer, TimeProvider clock) : ITeacher
{
    public ITokenizer Tokenizer { get; } = tokenizer;

    public ModelShape Shape => model.Shape;

    public (IReadOnlyList<int[]> Responses, Charge Charge) Write(
        IReadOnlyList<int[]> prompts, int limit, int end, SamplingSpec sampling, Seed seed, ChargeKind kind, Action<int>? progress = null) =>
        new Generator(model, clock).Continue(prompts, limit, end, sampling, seed, kind, progress);

    public (TopKSignal Signal, Charge Charge) Score(IReadOnlyList<Sequence> sequences, int k, double temperature, ChargeKind kind, Action<int>? progress = null)
    {
        var (tokens, probabilities, done) = (new int[sequences.Count][], new float[sequences.Count][], 0);
        var charge = new Scorer(model, clock).Visit(sequences, kind, (index, logits) =>
        {
            var (values, indices) = (logits / temperature).softmax(1).topk(k, 1);
            tokens[index] = Array.ConvertAll(indices.to(CPU).contiguous().Longs().ToArray(), token => (int)token);
            probabilities[index] = values.ToArray();
            if (++done % 64 == 0) progress?.Invoke(done);
        });
        return (new TopKSignal(k, tokens, probabilities), charge);
    }

    public (IReadOnlyList<TokenScores> Scores, Charge Charge) Predict(IReadOnlyList<Sequence> sequences, ChargeKind kind) =>
        new Scorer(model, clock).Predict(sequences, kind);

    public void Dispose() => model.Dispose();
}
