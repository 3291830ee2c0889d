using Bench.Protocol.Costs;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Budgets;

/// <summary>FLOPs of the student's training and of the teacher's work for it.</summary>
[Named("total-flops", "FLOPs of the student's training and of the teacher's work for it")]
public sealed record TotalFlops(double Amount) : Budget(Amount)
{
    /// <inheritdoc/>
    public override string Label => "total FLOPs";

    /// <inheritdoc/>
    public override bool CountsTeacher => true;

    /// <inheritdoc/>
    public override double? Of(StepCost step, Accelerator prices) => (step.Student + step.Teacher).Value;

    /// <inheritdoc/>
    public override double Examples(ExampleCosts costs) =>
        costs.Until(Amount, costs.Student + costs.Live, costs.Written + costs.Read);
}
