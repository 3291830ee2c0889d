namespace Bench.Protocol.Specs;

/// <summary>How the prompts of a method divide among the tasks.</summary>
public static class PromptShares
{
    /// <summary>
    /// The number of prompts of each task that there is something to learn from, in all as many as the experiment has:
    /// whole numbers that are nearest to the shares by largest remainder, the first of equals first.
    /// </summary>
    public static IReadOnlyList<(TaskSpec Task, int Prompts)> Of(
        ExperimentSpec spec,
        IReadOnlyDictionary<string, double>? shares
    )
    {
        var quotas = Fractions(spec, shares)
            .Select(entry => (entry.Task, Exact: Math.Round(entry.Share * spec.Prompts, 9)))
            .ToArray();
        var left = spec.Prompts - quotas.Sum(quota => (int)quota.Exact);
        var raised = Enumerable
            .Range(0, quotas.Length)
            .OrderByDescending(i => quotas[i].Exact - Math.Floor(quotas[i].Exact))
            .Take(left)
            .ToHashSet();
        return [.. quotas.Select((quota, i) => (quota.Task, (int)quota.Exact + (raised.Contains(i) ? 1 : 0)))];
    }

    /// <summary>The share of each task: its own where it is named, else an even part of what is left.</summary>
    public static IReadOnlyList<(TaskSpec Task, double Share)> Fractions(
        ExperimentSpec spec,
        IReadOnlyDictionary<string, double>? shares
    )
    {
        // Some benchmarks have nothing to learn from.
        var tasks = spec.Tasks.Where(task => task.Task.HasTraining).ToArray();
        var named = tasks.Where(task => shares?.ContainsKey(task.Name) == true).Sum(task => shares![task.Name]);
        var others = tasks.Count(task => shares?.ContainsKey(task.Name) != true);
        return
        [
            .. tasks.Select(task =>
                (
                    task,
                    shares is not null && shares.TryGetValue(task.Name, out var own)
                        ? own
                        : Math.Max(0, 1 - named) / others
                )
            ),
        ];
    }
}
