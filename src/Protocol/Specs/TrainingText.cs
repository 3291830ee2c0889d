using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>The text that a model made here is trained on.</summary>
public enum TrainingText
{
    /// <summary>The tasks' gold solutions with their reasoning.</summary>
    [Named("gold-traces")]
    GoldTraces,
}
