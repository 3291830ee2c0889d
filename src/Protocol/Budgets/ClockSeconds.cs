using Bench.Protocol.Costs;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Budgets;

/// <summary>Wall-clock seconds of training: the only unit whose results depend on the machine.</summary>
[Named("seconds", "seconds of training by the clock; the only unit whose results depend on the machine")]
public sealed record ClockSeconds(double Amount) : Budget(Amount)
{
    /// <inheritdoc/>
    public override bool IsTimed => true;

    /// <inheritdoc/>
    public override double? Of(StepCost step, Accelerator prices) => null;

    /// <inheritdoc/>
    public override double Examples(ExampleCosts costs) => Amount * costs.FlopsPerSecond / costs.Student;
}
