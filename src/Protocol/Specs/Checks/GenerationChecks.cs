using Bench.Protocol.Costs;
using Bench.Protocol.Reading;
using Bench.Protocol.Signals;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Budgets in generations: each is a run of its own, and each needs the one before it.</summary>
internal sealed class GenerationChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        if (!spec.BudgetUnit.IsChain)
            yield break;
        if (
            !spec
                .Budgets.Select(budget => budget.Amount)
                .SequenceEqual(Enumerable.Range(1, spec.Budgets.Count).Select(number => (double)number))
        )
            yield return new SpecException(
                spec.BudgetsLocation,
                "generations follow each other",
                "give all from 1 on: values: [1, 2, 3]"
            );
        if (!spec.Content.IsGraded() || spec.Students.Any(student => student.Bytes))
            yield return new SpecException(
                spec.BudgetsLocation,
                "a student that teaches is asked problems in its teacher's tokens",
                "use tasks with gold solutions, and no tokenizer of the student's own"
            );
        if (spec.Boundary.Counts(ChargeKind.TeacherTraining))
            yield return new SpecException(
                root.LocationOfKey("boundary"),
                "the training of a generation's teacher stands in the row of the generation before",
                "remove teacher-training"
            );
        if (spec.Tuning is not null)
            yield return new SpecException(
                root.LocationOfKey("tuning"),
                "learning rates of generations are given, not tuned",
                "remove tuning"
            );
        foreach (
            var method in spec.Methods.Where(method => method.Signal.Asks != TeacherAccess.Text || method.SplitsTraces)
        )
            yield return new SpecException(
                method.Location ?? root.LocationOfKey("baselines"),
                $"method '{method.Name}' is not handed on: generations learn from text",
                "use objective: cross-entropy and signal: text, and no baselines"
            );
    }
}
