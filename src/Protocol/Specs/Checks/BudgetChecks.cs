using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Budgets that the pool or the teachers cannot meet.</summary>
internal sealed class BudgetChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        var budgets = spec.Budgets.Select(budget => (Budget: budget, Location: (SourceLocation?)spec.BudgetsLocation));
        if (spec.Tuning is { } tuning)
            budgets = budgets.Append((tuning.Budget, tuning.Location));
        foreach (var (budget, location) in budgets)
        {
            if (budget.LimitsPool && budget.Amount > spec.Prompts)
                yield return new SpecException(
                    location,
                    FormattableString.Invariant($"{budget.Amount} queries are more than the {spec.Prompts} prompts"),
                    "raise prompts"
                );
            if (budget.CountsTeacher && spec.Teachers.FirstOrDefault(teacher => !teacher.IsMeasured) is { } elsewhere)
                yield return new SpecException(
                    location,
                    $"the cost of the {(elsewhere.Kind == TeacherKind.Traces ? "recorded" : "distant")} teacher "
                        + $"'{elsewhere.Name}' is not known, and {budget.Unit} count it",
                    "use student-flops, tokens, examples or queries"
                );
        }
    }
}
