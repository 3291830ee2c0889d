using Bench.Lab.Models;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Lab.Teachers;

/// <summary>
/// A teacher that runs in this process: trained by the experiment, or loaded from a checkpoint or a graph.
/// </summary>
internal sealed class LocalTeacher : ILiveTeacher
{
    private readonly ILanguageModel model;
    private readonly TimeProvider clock;

    internal LocalTeacher(ILanguageModel model, ITokenizer tokenizer, TimeProvider clock)
    {
        (this.model, Tokenizer, this.clock) = (model, tokenizer, clock);
        (model as Decoder)?.Freeze();
    }

    public ITokenizer Tokenizer { get; }

    public ModelShape Shape => model.Shape;

    public (IReadOnlyList<int[]> Responses, Charge Charge) Write(
        IReadOnlyList<int[]> prompts,
        int limit,
        int end,
        SamplingSpec sampling,
        Seed seed,
        ChargeKind kind,
        Action<int>? progress = null,
        IReadOnlyList<string>? texts = null
    ) =>
        new TextGenerator(model, clock, Tokenizer.OtherEnds).Continue(
            prompts,
            limit,
            end,
            sampling,
            seed,
            kind,
            progress
        );

    public Charge Read(IReadOnlyList<Sequence> sequences, ChargeKind kind, Action<int, Tensor> visit) =>
        new SequenceReader(model, clock).Read(sequences, kind, visit);

    public Charge ReadLayer(
        IReadOnlyList<Sequence> sequences,
        int layer,
        bool attention,
        ChargeKind kind,
        Action<int, Tensor> visit
    ) => new SequenceReader(model, clock).ReadLayer(sequences, layer, attention, kind, visit);

    public (IReadOnlyList<TokenPredictions> Scores, Charge Charge) Predict(
        IReadOnlyList<Sequence> sequences,
        ChargeKind kind
    ) => new SequenceReader(model, clock).Predict(sequences, kind);

    public Tensor Logits(Tensor ids, Tensor rows)
    {
        using var quiet = no_grad();
        return model.Logits(ids).index_select(0, rows).to(ScalarType.Float32);
    }

    public IDecoding Begin(int rows, int positions) => model.Begin(rows, positions);

    public void Dispose() => model.Dispose();
}
