using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>What a model is trained on that is trained here.</summary>
public enum TrainingText
{
    /// <summary>The tasks' gold solutions with their reasoning.</summary>
    [Named("gold-traces")]
    GoldTraces,
}
