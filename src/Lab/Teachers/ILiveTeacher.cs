using Bench.Lab.Models;
using static TorchSharp.torch;

namespace Bench.Lab.Teachers;

/// <summary>A teacher that reads and writes beside a student while it trains.</summary>
internal interface ILiveTeacher : IReadingTeacher
{
    /// <summary>Logits of some rows of ids [batch, time]: [rows, vocabulary] in float32, without a gradient.</summary>
    Tensor Logits(Tensor ids, Tensor rows);

    /// <summary>Starts writing a number of rows of at most that many positions each.</summary>
    IDecoding Begin(int rows, int positions);
}
