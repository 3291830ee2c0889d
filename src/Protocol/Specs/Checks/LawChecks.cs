using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Scaling laws: two methods of one teacher on one task, with losses over tokens.</summary>
internal sealed class LawChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        if (spec.Laws is not { } laws)
            yield break;
        string[] methods = [.. spec.Methods.Select(method => method.Name)];
        foreach (var unknown in new[] { laws.Supervised, laws.Distilled }.Except(methods))
            yield return new SpecException(
                root.LocationOfKey("laws"),
                $"there is no method '{unknown}'",
                Suggestion.For(unknown, methods)
            );
        if (!spec.BudgetUnit.CountsTokens || spec.LossMetric is null)
            yield return new SpecException(
                root.LocationOfKey("laws"),
                "laws are fitted to losses over tokens",
                "use budgets in tokens, and teacher-text or evaluation: { likelihood: true }"
            );
        if (laws.Supervised == laws.Distilled || spec.Teachers.Count > 1 || spec.Tasks.Count > 1)
            yield return new SpecException(
                root.LocationOfKey("laws"),
                "laws compare two methods of one teacher on one task",
                "name two methods, and keep one teacher and one task"
            );
    }
}
