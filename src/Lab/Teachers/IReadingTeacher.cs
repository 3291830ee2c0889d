using Bench.Lab.Models;
using Bench.Protocol.Costs;

namespace Bench.Lab.Teachers;

/// <summary>A teacher that reads anything and says what it expects there.</summary>
internal interface IReadingTeacher : ITeacher, IReader
{
    /// <summary>
    /// For each response token of sequences, the natural log-probability the teacher gave it and the token it finds
    /// most likely.
    /// </summary>
    (IReadOnlyList<TokenPredictions> Scores, Charge Charge) Predict(IReadOnlyList<Sequence> sequences, ChargeKind kind);
}
