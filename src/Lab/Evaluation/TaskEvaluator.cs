using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Evaluation;

/// <summary>Measures a model on the held-out items of an experiment's tasks, item by item.</summary>
internal sealed class TaskEvaluator(ExperimentSpec spec, ITokenizer tokenizer, TimeProvider clock)
{
    /// <summary>Accuracy on procedural tasks: the model answers each held-out prompt, and its final answer is graded.</summary>
    internal (IReadOnlyList<TaskScores> Scores, Charge Charge) Solve(Decoder model, Seed seed, Action<int>? progress = null)
    {
        var items = spec.Tasks.SelectMany(task => ProblemSets
            .Draw((ProceduralTask)task.Task, spec.Evaluation.Split, spec.Evaluation.Items, default)
            .Select(problem => (Name: task.Name, Task: (ProceduralTask)task.Task, Problem: problem))).ToArray();
        var prompts = items.Select(item => Examples.Prompt(tokenizer, item.Problem)).ToArray();
        var (responses, charge) = new Generator(model, clock).Continue(
            prompts, Examples.ResponseLimit(items.Select(item => item.Problem)), tokenizer.End, spec.Evaluation.Sampling, seed, ChargeKind.Evaluation, progress);
        var grades = items.Select((item, i) => (item.Name, Grade: item.Task.Grade(item.Problem, tokenizer.Decode(responses[i]))));
        return ([.. grades.GroupBy(entry => entry.Name).Select(group => new TaskScores(group.Key, Metric.Accuracy.Name, [.. group.Select(entry => entry.Grade)]))], charge);
    }

    /// <summary>Bits per token and agreement with the teacher on the teacher's held-out windows.</summary>
    /// <param name="model">The student.</param>
    /// <param name="task">The name of the task.</param>
    /// <param name="windows">The teacher's text.</param>
    /// <param name="choices">The teacher's own most likely token at each place.</param>
    internal (IReadOnlyList<TaskScores> Scores, Charge Charge) Imitate(Decoder model, string task, IReadOnlyList<Sequence> windows, IReadOnlyList<int[]> choices)
    {
        var (scores, charge) = new Scorer(model, clock).Predict(windows, ChargeKind.Evaluation);
        return ([BitsPerToken(task, scores), Agreement(task, scores, choices)], charge);
    }

    /// <summary>Each window's mean −log2 probability.</summary>
    internal static TaskScores BitsPerToken(string task, IReadOnlyList<TokenScores> scores) =>
        new(task, Metric.BitsPerToken.Name, [.. scores.Select(score => -score.LogProbabilities.Average(value => (double)value) / Math.Log(2))]);

    private static TaskScores Agreement(string task, IReadOnlyList<TokenScores> scores, IReadOnlyList<int[]> choices) =>
        new(task, Metric.Agreement.Name, [.. scores.Select((score, i) => score.MostLikely.Zip(choices[i], (mine, theirs) => mine == theirs ? 1.0 : 0.0).Average())]);
}
