using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs;

/// <summary>How the prompts of a method divide among the tasks.</summary>
public static class PromptShares
{
    /// <summary>
    /// The number of prompts of each task that there is something to learn from: a named task has its share, rounded, and the others divide what is left evenly.
    /// </summary>
    public static IReadOnlyList<(TaskSpec Task, int Prompts)> Of(ExperimentSpec spec, IReadOnlyDictionary<string, double>? shares)
    {
        // Some benchmarks have nothing to learn from.
        var tasks = spec.Tasks.Where(task => task.Task is not BenchmarkTask { TrainingFile: null }).ToArray();
        if (shares is null) return Even(tasks, spec.Prompts);
        var named = tasks.Where(task => shares.ContainsKey(task.Name)).Select(task => (task, (int)Math.Round(shares[task.Name] * spec.Prompts))).ToArray();
        var others = Even([.. tasks.Where(task => !shares.ContainsKey(task.Name))], spec.Prompts - named.Sum(entry => entry.Item2));
        var counts = named.Concat(others).ToDictionary(entry => entry.Item1, entry => entry.Item2);
        return [.. tasks.Select(task => (task, counts[task]))];
    }

    private static IReadOnlyList<(TaskSpec Task, int Prompts)> Even(IReadOnlyList<TaskSpec> tasks, int prompts) =>
        [.. tasks.Select((task, i) => (task, prompts / tasks.Count + (i < prompts % tasks.Count ? 1 : 0)))];
}
