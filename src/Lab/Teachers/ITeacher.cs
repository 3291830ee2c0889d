using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Lab.Teachers;

/// <summary>Who teaches. A teacher answers and reads; it has no parameters to touch, and so it is frozen.</summary>
internal interface ITeacher : IReader, IDisposable
{
    ITokenizer Tokenizer { get; }

    /// <summary>Its shape, from which its work is charged.</summary>
    ModelShape Shape { get; }

    /// <summary>Continues prompts (see <see cref="TextGenerator.Continue"/>).</summary>
    (IReadOnlyList<int[]> Responses, Charge Charge) Write(
        IReadOnlyList<int[]> prompts, int limit, int end, SamplingSpec sampling, Seed seed, ChargeKind kind, Action<int>? progress = null);

    /// <summary>Calls back with one layer's activations of each sequence, [processed tokens, channels] in float32.</summary>
    Charge ReadLayer(IReadOnlyList<Sequence> sequences, int layer, bool attention, ChargeKind kind, Action<int, Tensor> visit);

    /// <summary>For each response token of sequences, the natural log-probability the teacher gave it and the token it finds most likely.</summary>
    (IReadOnlyList<TokenScores> Scores, Charge Charge) Predict(IReadOnlyList<Sequence> sequences, ChargeKind kind);

    /// <summary>Logits of some rows of ids [batch, time]: [rows, vocabulary] in float32, without a gradient.</summary>
    Tensor Logits(Tensor ids, Tensor rows);

    /// <summary>Starts writing a number of rows of at most that many positions each.</summary>
    IDecoding Begin(int rows, int positions);
}
