using Bench.Protocol.Costs;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Budgets;

/// <summary>Optimiser steps, each of a batch, whatever a step costs.</summary>
[Named("steps", "optimiser steps, each of a batch")]
public sealed record Steps(double Amount) : Budget(Amount)
{
    /// <inheritdoc/>
    public override string Label => "optimiser steps";

    /// <inheritdoc/>
    public override bool IsCounted => true;

    /// <inheritdoc/>
    public override double? Of(StepCost step, Accelerator prices) => 1;

    /// <inheritdoc/>
    public override double Examples(ExampleCosts costs) => Amount * costs.Batch;
}
