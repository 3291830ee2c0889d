namespace Bench.Protocol.Plans;

/// <summary>
/// A student that is trained with one candidate learning rate and measured on validation items: a trial of tuning.
/// </summary>
public sealed record TrialUnit : TrainingUnit
{
    public double LearningRate => Method!.LearningRate!.Value;
}
