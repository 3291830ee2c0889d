using Bench.Lab.Models;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Lab.Teachers;

/// <summary>
/// A teacher that labels images: a prompt is an image's number, and its response is the most likely class.
/// </summary>
internal sealed class ImageTeacher(IPredictor model, TimeProvider clock) : IReadingTeacher
{
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
    )
    {
        // Which class a sequence ends with does not matter to what is predicted there.
        var (predicted, charge) = Predict(
            [.. prompts.Select(prompt => new Sequence([.. prompt, 0], prompt.Length))],
            kind
        );
        return ([.. predicted.Select(scores => scores.MostLikely)], charge);
    }

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

    public void Dispose() => model.Dispose();
}
