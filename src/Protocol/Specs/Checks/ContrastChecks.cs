using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Contrasts name methods, each pair once, and at most one is primary.</summary>
internal sealed class ContrastChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        string[] names =
        [
            .. spec.Methods.Select(method => method.Name),
            .. spec.Teachers.Count > 1
                ? spec
                    .Methods.Where(method => !method.IsBaseline)
                    .SelectMany(method => spec.Teachers.Select(teacher => spec.LabelOf(teacher.Name, method.Name)))
                : [],
        ];
        foreach (var contrast in spec.Contrasts)
        {
            foreach (var unknown in new[] { contrast.Of, contrast.Against }.Except(names))
                yield return new SpecException(
                    root.LocationOfKey("contrasts"),
                    $"there is no method '{unknown}'",
                    Suggestion.For(unknown, names)
                );
            if (contrast.Of == contrast.Against)
                yield return new SpecException(
                    root.LocationOfKey("contrasts"),
                    $"'{contrast.Of}' is compared with itself",
                    "name two methods"
                );
        }

        if (spec.Contrasts.Count(contrast => contrast.Primary) > 1)
            yield return new SpecException(
                root.LocationOfKey("contrasts"),
                "two contrasts are primary",
                "one contrast answers the question: keep primary there"
            );
        foreach (
            var twice in spec
                .Contrasts.GroupBy(contrast => (contrast.Of, contrast.Against))
                .Where(group => group.Count() > 1)
        )
            yield return new SpecException(
                root.LocationOfKey("contrasts"),
                $"the contrast of '{twice.Key.Of}' against '{twice.Key.Against}' stands twice",
                "remove one"
            );
    }
}
