using Bench.Protocol.Objectives;

namespace Bench.Lab.Objectives;

/// <summary>
/// Cross-entropy on answers and reasoning as examples of their own. The weights of the batch's rows make the expected
/// loss the sum of the two means (Hsieh et al. 2023, Distilling step-by-step, equations 3 and 4).
/// </summary>
internal sealed class RationaleMultitaskLoss : ObjectiveLoss<RationaleMultitask>
{
    internal override ILogitLoss OfBatch(TrainingBatch batch) =>
        new CrossEntropyLoss.OnRows(batch.Rows, batch.Targets, batch.Weights);
}
