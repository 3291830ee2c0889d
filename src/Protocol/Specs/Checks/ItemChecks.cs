using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Enough held-out items in each split that is measured on.</summary>
internal sealed class ItemChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        foreach (var task in spec.Tasks)
        {
            if (spec.Tuning is { } tuning && Lack(task, Split.Validation, tuning.Items, tuning.Location) is { } untuned)
                yield return untuned;
            if (
                Lack(task, spec.Evaluation.Split, spec.Evaluation.Items, root.LocationOfKey("evaluation")) is
                { } unmeasured
            )
                yield return unmeasured;
        }
    }

    private static SpecException? Lack(TaskSpec task, Split split, int items, SourceLocation? location)
    {
        if (task.Task.MostProblems(split, items) is not { } found || found >= items)
            return null;
        return found == 0
            ? new SpecException(
                location,
                $"task '{task.Name}' has an empty {Names<Split>.Of(split)} split",
                task.Task.HasTraining
                    ? "make the task harder, so that it has more problems"
                    : "give learning rates instead, or leave the task out"
            )
            : new SpecException(
                location,
                $"task '{task.Name}' has only {found} {(split == Split.Validation ? "validation" : "held-out")} "
                    + $"problems",
                "ask for fewer items or make the task harder"
            );
    }
}
