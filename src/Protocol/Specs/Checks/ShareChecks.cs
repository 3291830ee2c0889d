using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Names of tasks outside the section tasks, and shares of the prompts.</summary>
internal sealed class ShareChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        string[] names = [.. spec.Tasks.Select(task => task.Name)];
        IEnumerable<SpecException> Unknown(IEnumerable<string> named, SourceLocation? location) =>
            named
                .Where(name => !names.Contains(name))
                .Select(unknown => new SpecException(
                    location,
                    $"there is no task '{unknown}'",
                    Suggestion.For(unknown, names)
                ));
        foreach (
            var error in spec.Teachers.SelectMany(teacher =>
                Unknown(teacher.Training?.Tasks ?? [], teacher.LicenceLocation)
            )
        )
            yield return error;
        foreach (var student in spec.Students.Where(student => student.Training is not null))
        {
            foreach (var error in Unknown(student.Training!.Tasks ?? [], root.LocationOfKey("students")))
                yield return error;
            if (student.Bytes || spec.Tasks.Any(task => task.Task.Content != TaskContent.Characters))
                yield return new SpecException(
                    root.LocationOfKey("students"),
                    $"student '{student.Name}' is trained beforehand, which only tasks of characters allow",
                    "remove train, or start it from a checkpoint"
                );
        }

        foreach (var method in spec.Methods.Where(method => method.Shares is not null))
        {
            var unknown = Unknown(method.Shares!.Keys, method.Location).ToArray();
            foreach (var error in unknown.Length > 0 ? unknown : OfShares(spec, method))
                yield return error;
        }
    }

    private static IEnumerable<SpecException> OfShares(ExperimentSpec spec, MethodSpec method)
    {
        if (!spec.Content.IsGraded())
        {
            yield return new SpecException(
                method.Location,
                $"method '{method.Name}' divides prompts among tasks, and there are none",
                "remove shares"
            );
            yield break;
        }

        var (sum, all) = (method.Shares!.Values.Sum(), spec.Tasks.All(task => method.Shares.ContainsKey(task.Name)));
        if (sum > 1 + 1e-9 || (all && sum < 1 - 1e-9))
        {
            yield return new SpecException(
                method.Location,
                FormattableString.Invariant($"the shares of method '{method.Name}' add up to {sum}"),
                all
                    ? "make them add up to 1"
                    : "make them add up to 1 at most; tasks that are not named divide what is left"
            );
            yield break;
        }

        foreach (var (task, prompts) in PromptShares.Of(spec, method.Shares))
        {
            if (prompts > 0 && task.Task.MostProblems(Split.Train, prompts) is { } most && most < prompts)
                yield return new SpecException(
                    method.Location,
                    $"task '{task.Name}' has only {most} training problems, and its share in method '{method.Name}' "
                        + $"is {prompts}",
                    "lower the share or prompts, or make the task harder"
                );
            if (prompts == 0 && method.Shares.GetValueOrDefault(task.Name) > 0)
                yield return new SpecException(
                    method.Location,
                    $"the share of task '{task.Name}' in method '{method.Name}' is less than one of {spec.Prompts} "
                        + $"prompts",
                    "raise prompts or the share"
                );
        }
    }
}
