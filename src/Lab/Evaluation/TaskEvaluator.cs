using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Grading;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Seeds;
using Bench.Protocol.Signals;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Scoring;
using Bench.Protocol.Tasks;
using static TorchSharp.torch;

namespace Bench.Lab.Evaluation;

/// <summary>Measures a model on the held-out items of an experiment's tasks, item by item.</summary>
internal sealed class TaskEvaluator(
    IReadOnlyList<TaskSpec> tasks,
    EvaluationSpec evaluation,
    ProblemBank problems,
    ITokenizer tokenizer,
    TimeProvider clock
)
{
    /// <summary>Items whose answers are kept for people to read.</summary>
    private const int MostShown = 4;

    /// <summary>
    /// Accuracy on tasks with gold solutions: the model answers each held-out prompt, and its final answer is graded.
    /// </summary>
    internal (IReadOnlyList<TaskScores> Scores, Charge Charge) Solve(
        ILanguageModel model,
        Seed seed,
        Action<int>? progress = null
    )
    {
        var (items, samples) = (Items(), evaluation.Sampling.Samples);
        var prompts = PromptsOf(items, samples);
        var (responses, charge) = Answer(
            model,
            prompts,
            items,
            evaluation.Sampling,
            seed,
            progress is null ? null : done => progress(done / samples)
        );
        var scores = Graded(items, samples, responses);
        if (evaluation.Confidence)
        {
            // The first response stands for the item.
            var first = items
                .Select(
                    (_, i) =>
                        new Sequence([.. prompts[i * samples], .. responses[i * samples]], prompts[i * samples].Length)
                )
                .ToArray();
            var (predicted, reading) = new SequenceReader(model, clock).Predict(first, ChargeKind.Evaluation);
            charge = charge.Plus(reading);
            scores.AddRange(ByTask(items, Metric.Confidence, i => ConfidenceOf(first[i], predicted[i])));
            if (evaluation.ShowsEntropy)
                scores.AddRange(
                    ByTask(items, Metric.ResponseNats, i => -predicted[i].LogProbabilities.Sum(value => (double)value))
                );
        }

        if (evaluation.Likelihood)
        {
            var gold = items.Select(item => Examples.Gold(tokenizer, item.Problem, Keep.Trace)).ToArray();
            var (predicted, reading) = new SequenceReader(model, clock).Predict(gold, ChargeKind.Evaluation);
            charge = charge.Plus(reading);
            scores.AddRange(
                ByTask(items, Metric.GoldNats, i => -predicted[i].LogProbabilities.Average(value => (double)value))
            );
        }

        return (scores, charge);
    }

    /// <summary>Accuracy of a teacher that can only be asked.</summary>
    internal (IReadOnlyList<TaskScores> Scores, Charge Charge) Ask(
        Teachers.ITeacher teacher,
        Seed seed,
        Action<int>? progress = null
    )
    {
        var (items, samples) = (Items(), evaluation.Sampling.Samples);
        var (responses, charge) = teacher.Write(
            PromptsOf(items, samples),
            Examples.ResponseLimit(items.Select(item => item.Problem)),
            tokenizer.End,
            evaluation.Sampling,
            seed,
            ChargeKind.Evaluation,
            progress,
            [.. items.SelectMany(item => Enumerable.Repeat(item.Problem.Prompt, samples))]
        );
        return (Graded(items, samples, responses), charge);
    }

    private int[][] PromptsOf(IReadOnlyList<(string Name, SolvableTask Task, Problem Problem)> items, int samples) =>
        [.. items.SelectMany(item => Enumerable.Repeat(Examples.Prompt(tokenizer, item.Problem), samples))];

    private List<TaskScores> Graded(
        IReadOnlyList<(string Name, SolvableTask Task, Problem Problem)> items,
        int samples,
        IReadOnlyList<int[]> responses
    )
    {
        var texts = responses.Select(tokenizer.Decode).ToArray();
        var grades = texts
            .Select((text, i) => items[i / samples].Task.Grade(items[i / samples].Problem, text))
            .Chunk(samples)
            .ToArray();
        var scores = new List<TaskScores>();
        foreach (var group in Enumerable.Range(0, items.Count).GroupBy(i => items[i].Name))
        {
            var metrics = items[group.First()].Task.Metrics;
            foreach (var metric in metrics)
            {
                double Mean(int item) =>
                    Enumerable
                        .Range(item * samples, samples)
                        .Average(i => items[item].Task.Measure(metric, items[item].Problem, texts[i]));
                scores.Add(
                    new TaskScores(group.Key, metric.Name, [.. group.Select(Mean)])
                    {
                        Answers = metric == metrics[0] ? Shown(items, group, item => texts[item * samples]) : null,
                    }
                );
            }
        }

        if (evaluation.PassAt is var k and > 0)
        {
            var answers = texts.Select(Answers.Final).Chunk(samples).ToArray();
            scores.AddRange(
                ByTask(
                    items,
                    Metric.PassAt,
                    i => SampledAnswers.PassAt(samples, grades[i].Count(grade => grade == 1), k)
                )
            );
            scores.AddRange(
                ByTask(
                    items,
                    Metric.MajorityAt,
                    i => SampledAnswers.Majority([.. answers[i].Take(k)], [.. grades[i].Take(k)])
                )
            );
        }

        return scores;
    }

    // The first answers to a task.
    private static Answered[] Shown(
        IReadOnlyList<(string Name, SolvableTask Task, Problem Problem)> items,
        IEnumerable<int> group,
        Func<int, string> text
    ) =>
        [
            .. group
                .Take(MostShown)
                .Select((i, place) => new Answered(place, items[i].Problem.Prompt, items[i].Problem.Answer, text(i))),
        ];

    /// <summary>The model's greedy responses to the held-out items.</summary>
    internal (IReadOnlyList<Sequence> Sequences, Charge Charge) Responses(ILanguageModel model)
    {
        var items = Items();
        var prompts = items.Select(item => Examples.Prompt(tokenizer, item.Problem)).ToArray();
        var (responses, charge) = Answer(model, prompts, items, SamplingSpec.Greedy, default, null);
        return (
            [.. prompts.Zip(responses, (prompt, response) => new Sequence([.. prompt, .. response], prompt.Length))],
            charge
        );
    }

    /// <summary>
    /// How near a student is to its teacher on the teacher's own responses to the held-out items: the share of tokens
    /// where both have the same first choice, and KL(teacher ‖ student) in nats a token over the teacher's named tokens
    /// and the lump of the others.
    /// </summary>
    internal (IReadOnlyList<TaskScores> Scores, Charge Charge) Compare(
        ILanguageModel model,
        IReadOnlyList<Sequence> responses,
        TeacherProbabilities theirs
    )
    {
        var items = Items();
        var (agreement, divergence) = (new double[items.Count], new double[items.Count]);
        var charge = new SequenceReader(model, clock).Read(
            responses,
            ChargeKind.Evaluation,
            (index, logits) =>
            {
                var length = responses[index].ResponseLength;
                var (tokens, p) = (new long[length * theirs.K], new float[length * theirs.K]);
                theirs.Read(index, tokens, p);
                var mine = logits.argmax(1).to(CPU).contiguous().Longs();
                for (var t = 0; t < length; t++)
                    agreement[index] += mine[t] == tokens[t * theirs.K] ? 1.0 / length : 0;
                var rows = TensorData
                    .Of([.. Enumerable.Range(0, length).Select(t => (long)t)], length)
                    .to(logits.device);
                var teacher = new Objectives.TeacherDistribution.TopK(
                    TensorData.Of(tokens, length, theirs.K).to(logits.device),
                    TensorData.Of(p, length, theirs.K).to(logits.device)
                );
                divergence[index] =
                    Objectives.ForwardKlLoss.Sum(logits.contiguous(), rows, teacher, 1).to(CPU).item<float>() / length;
            }
        );
        return (
            [
                .. ByTask(items, Metric.Agreement, i => agreement[i]),
                .. ByTask(items, Metric.TeacherKl, i => divergence[i]),
            ],
            charge
        );
    }

    /// <summary>Bits per token and agreement with the teacher on the teacher's held-out windows.</summary>
    /// <param name="model">The student.</param>
    /// <param name="task">The name of the task.</param>
    /// <param name="windows">The teacher's text.</param>
    /// <param name="choices">The teacher's own most likely token at each place.</param>
    internal (IReadOnlyList<TaskScores> Scores, Charge Charge) Imitate(
        ILanguageModel model,
        string task,
        IReadOnlyList<Sequence> windows,
        IReadOnlyList<int[]> choices
    )
    {
        var (scores, charge) = new SequenceReader(model, clock).Predict(windows, ChargeKind.Evaluation);
        var found = new List<TaskScores> { BitsPerToken(task, scores), Agreement(task, scores, choices) };
        if (evaluation.Detection is not { } detection)
            return (found, charge);
        var owner = new DetectionScores(detection, task);
        found.AddRange(
            owner.OfWatermark(
                [
                    .. windows.SelectMany(
                        (window, i) =>
                            scores[i].MostLikely.Select((token, at) => (window.Tokens[window.Start + at - 1], token))
                    ),
                ],
                model.Shape.Vocabulary
            )
        );
        var (canaries, reading) = owner.OfCanaries(
            new SequenceReader(model, clock),
            windows[0].Tokens[0],
            tokenizer.Size
        );
        return ([.. found, .. canaries], charge.Plus(reading));
    }

    /// <summary>Each window's mean −log2 probability.</summary>
    internal static TaskScores BitsPerToken(string task, IReadOnlyList<TokenPredictions> scores) =>
        new(
            task,
            Metric.BitsPerToken.Name,
            [.. scores.Select(score => -score.LogProbabilities.Average(value => (double)value) / Math.Log(2))]
        );

    private static TaskScores Agreement(
        string task,
        IReadOnlyList<TokenPredictions> scores,
        IReadOnlyList<int[]> choices
    ) =>
        new(
            task,
            Metric.Agreement.Name,
            [
                .. scores.Select(
                    (score, i) =>
                        score.MostLikely.Zip(choices[i], (mine, theirs) => mine == theirs ? 1.0 : 0.0).Average()
                ),
            ]
        );

    private IReadOnlyList<(string Name, SolvableTask Task, Problem Problem)> Items() =>
        [
            .. tasks.SelectMany(task =>
                problems
                    .Of((SolvableTask)task.Task, evaluation.Split, evaluation.Items, default)
                    .Select(problem => (task.Name, (SolvableTask)task.Task, problem))
            ),
        ];

    private (IReadOnlyList<int[]> Responses, Charge Charge) Answer(
        ILanguageModel model,
        IReadOnlyList<int[]> prompts,
        IReadOnlyList<(string Name, SolvableTask Task, Problem Problem)> items,
        SamplingSpec sampling,
        Seed seed,
        Action<int>? progress
    ) =>
        new TextGenerator(model, clock, tokenizer.OtherEnds).Continue(
            prompts,
            Examples.ResponseLimit(items.Select(item => item.Problem)),
            tokenizer.End,
            sampling,
            seed,
            ChargeKind.Evaluation,
            progress
        );

    // The probability of the final answer, given the reasoning before it.
    private double ConfidenceOf(Sequence response, TokenPredictions scores)
    {
        var close = tokenizer.Encode(Answers.ThinkClose);
        var tokens = response.Tokens.AsSpan(response.Start);
        var end = tokens.LastIndexOf(close);
        var from = end < 0 ? 0 : end + close.Length;
        return Math.Exp(scores.LogProbabilities.Skip(from).Sum(value => (double)value));
    }

    private static IEnumerable<TaskScores> ByTask(
        IReadOnlyList<(string Name, SolvableTask Task, Problem Problem)> items,
        Metric metric,
        Func<int, double> score
    ) =>
        Enumerable
            .Range(0, items.Count)
            .GroupBy(i => items[i].Name)
            .Select(group => new TaskScores(group.Key, metric.Name, [.. group.Select(score)]));
}
