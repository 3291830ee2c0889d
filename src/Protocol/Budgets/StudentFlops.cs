using Bench.Protocol.Costs;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Budgets;

/// <summary>FLOPs of the student's training.</summary>
[Named("student-flops", "FLOPs of the student's training")]
public sealed record StudentFlops(double Amount) : Budget(Amount)
{
    /// <inheritdoc/>
    public override string Label => "student FLOPs";

    /// <inheritdoc/>
    public override double? Of(StepCost step, Accelerator prices) => step.Student.Value;

    /// <inheritdoc/>
    public override double Examples(ExampleCosts costs) => Amount / costs.Student;
}
