using Bench.Lab.Models;
using Bench.Protocol.Costs;
using static TorchSharp.torch;

namespace Bench.Lab.Teachers;

/// <summary>A teacher that reads any text and says what it expects there.</summary>
internal interface IReadingTeacher : ITeacher, IReader
{
    /// <summary>For each response token of sequences, the natural log-probability the teacher gave it and the token it finds most likely.</summary>
    (IReadOnlyList<TokenPredictions> Scores, Charge Charge) Predict(IReadOnlyList<Sequence> sequences, ChargeKind kind);

    /// <summary>Logits of some rows of ids [batch, time]: [rows, vocabulary] in float32, without a gradient.</summary>
    Tensor Logits(Tensor ids, Tensor rows);

    /// <summary>Starts writing a number of rows of at most that many positions each.</summary>
    IDecoding Begin(int rows, int positions);
}
