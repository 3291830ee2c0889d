using Bench.Lab.Evaluation;
using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Teachers;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Signals;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Tasks;

/// <summary>Tasks of problems with gold solutions, spelt in characters or in words.</summary>
internal sealed class SolvableRuntime(TaskSetting setting) : TextRuntime(setting)
{
    /// <summary>How many of a teacher's probabilities students are compared with; the others are lumped.</summary>
    private const int ComparedTokens = 64;

    /// <inheritdoc/>
    internal override IReadOnlyList<Sequence> Gold(GoldTraining training, ITokenizer tokenizer)
    {
        // As many distinct problems as the budget can show once, or as the tasks have.
        var tasks = Spec.Tasks.Where(training.Covers).ToArray();
        var each = (int)Math.Min(50_000, training.Tokens / tasks.Length / 8) + 1;
        return
        [
            .. tasks
                .SelectMany(task => Setting.Problems.Of((SolvableTask)task.Task, Split.Train, each, TaskSeeds.Gold))
                .Select(problem => Examples.Gold(tokenizer, problem, Keep.Trace)),
        ];
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<Sequence> Gold(MethodSpec method, ITokenizer tokenizer) =>
        [.. Problems(method.Shares).Select(entry => Examples.Gold(tokenizer, entry.Problem, method.Keep))];

    /// <inheritdoc/>
    internal override Assignment Assign(
        SamplingSpec sampling,
        IReadOnlyDictionary<string, double>? shares,
        int count,
        ITokenizer tokenizer
    )
    {
        var (problems, samples) = (Problems(shares), sampling.Samples);
        int[][] prompts =
        [
            .. problems.SelectMany(entry => Enumerable.Repeat(Examples.Prompt(tokenizer, entry.Problem), samples)),
        ];
        double Grade(int i, int[] response) =>
            problems[i / samples].Task.Grade(problems[i / samples].Problem, tokenizer.Decode(response));
        return new Assignment
        {
            Prompts = prompts,
            Texts = [.. problems.SelectMany(entry => Enumerable.Repeat(entry.Problem.Prompt, samples))],
            Limit = Examples.ResponseLimit(problems.Select(entry => entry.Problem)),
            End = tokenizer.End,
            Kept = responses =>
            {
                // Those that can be spelt, and of those all, or one of each that is correct: the same response twice to
                // the same prompt teaches nothing new.
                var spelt = Enumerable.Range(0, responses.Count).Where(i => responses[i].Length > 0);
                return sampling.Select != Selection.Correct
                    ? [.. spelt]
                    :
                    [
                        .. spelt
                            .Where(i => Grade(i, responses[i]) == 1)
                            .DistinctBy(i => $"{string.Join(' ', prompts[i])}/{string.Join(' ', responses[i])}"),
                    ];
            },
        };
    }

    /// <inheritdoc/>
    internal override (IReadOnlyList<TaskScores> Scores, Charge Charge) MeasureTeacher(
        IPredictor model,
        ITokenizer tokenizer,
        SamplingSpec sampling,
        string entry
    )
    {
        var (writer, evaluator) = ((ILanguageModel)model, Evaluator(Spec.Evaluation, tokenizer));
        var (scores, charge) = evaluator.Solve(
            writer,
            TaskSeeds.Teacher,
            Setting.Counting("evaluation", Spec.Evaluation.Items * Spec.Tasks.Count)
        );
        if (!Spec.Evaluation.Agreement)
            return (scores, charge);
        // Its own responses to the held-out items and its probabilities there are kept for its students.
        var (sequences, writing) = evaluator.Responses(writer);
        SequenceFile.Write(Path.Combine(entry, EntryNames.HeldOut(Spec.Evaluation.Split)), sequences);
        var named = Math.Min(ComparedTokens, model.Shape.Vocabulary);
        var reading = TokenSignals.WriteTopK(
            TeacherOf(model, tokenizer),
            model.Shape.Vocabulary,
            sequences,
            Path.Combine(entry, EntryNames.Probabilities),
            named,
            1,
            ChargeKind.Evaluation
        );
        return (scores, charge.Plus(writing).Plus(reading));
    }

    /// <inheritdoc/>
    internal override (IReadOnlyList<TaskScores> Scores, Charge Charge)? MeasureAsked(ITeacher teacher)
    {
        var asked = Spec.Evaluation.Items * Spec.Tasks.Count * Spec.Evaluation.Sampling.Samples;
        return Evaluator(Spec.Evaluation, Tokenizer).Ask(teacher, TaskSeeds.Teacher, Setting.Counting("asking", asked));
    }

    /// <inheritdoc/>
    internal override (IReadOnlyList<TaskScores> Scores, Charge Charge) Measure(
        TrainingUnit unit,
        IModel model,
        ITokenizer tokenizer,
        string? teacher
    )
    {
        var (writer, evaluator) = ((ILanguageModel)model, Evaluator(unit.Evaluation, tokenizer));
        var (scores, charge) = evaluator.Solve(
            writer,
            unit.Draws,
            Setting.Counting("evaluation", unit.Evaluation.Items * Spec.Tasks.Count)
        );
        if (!unit.Evaluation.Agreement || teacher is null)
            return (scores, charge);
        using var theirs = new TeacherProbabilities(Path.Combine(teacher, EntryNames.Probabilities));
        var (agreement, reading) = evaluator.Compare(
            writer,
            SequenceFile.Read(Path.Combine(teacher, EntryNames.HeldOut(unit.Evaluation.Split))),
            theirs
        );
        return ([.. scores, .. agreement], charge.Plus(reading));
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<Sequence> ThroughWords(string path, IReadOnlyList<Sequence> written)
    {
        TraceFile.Write(
            path,
            written.Select(sequence =>
                (
                    Tokenizer.Decode(sequence.Tokens[..sequence.Start]),
                    Tokenizer.Decode(sequence.Tokens[sequence.Start..])
                )
            )
        );
        // Only what was said goes through words: what was asked is known, and whether an end was reached.
        return
        [
            .. TraceFile
                .Read(path)
                .Zip(
                    written,
                    (trace, sequence) =>
                        new Sequence(
                            [
                                .. sequence.Tokens[..sequence.Start],
                                .. Tokenizer.Encode(trace.Response),
                                .. sequence.Tokens[^1] == Tokenizer.End ? new[] { Tokenizer.End } : [],
                            ],
                            sequence.Start
                        )
                ),
        ];
    }

    /// <summary>
    /// Only responses to training problems: a response to a held-out problem would give its answer away. A benchmark's
    /// training problems are those of its file, asked with its instruction or without.
    /// </summary>
    internal override Func<(string Prompt, string Response), Sequence?> Recorded()
    {
        Sequence Of(int[] prompt, string response) =>
            new([.. prompt, .. Tokenizer.Encode(response), Tokenizer.End], prompt.Length);
        var known = Setting.Problems.Known(Spec.Tasks.Select(task => task.Task), TaskSeeds.Training);
        return known is null
            ? trace =>
                ProblemSets.SplitOf(trace.Prompt) == Split.Train
                    ? Of(Tokenizer.Start(trace.Prompt), trace.Response)
                    : null
            : trace =>
                known.TryGetValue(trace.Prompt.Trim(), out var problem)
                    ? Of(Examples.Prompt(Tokenizer, problem), trace.Response)
                    : null;
    }

    private TaskEvaluator Evaluator(EvaluationSpec evaluation, ITokenizer tokenizer) =>
        new(Spec.Tasks, evaluation, Setting.Problems, tokenizer, Setting.Clock);

    // The same for teacher and baselines, tasks in their shares and mixed.
    private IReadOnlyList<(SolvableTask Task, Problem Problem)> Problems(IReadOnlyDictionary<string, double>? shares)
    {
        var problems = PromptShares
            .Of(Spec, shares)
            .SelectMany(entry =>
                Setting
                    .Problems.Of((SolvableTask)entry.Task.Task, Split.Train, entry.Prompts, TaskSeeds.Training)
                    .Select(problem => ((SolvableTask)entry.Task.Task, problem))
            )
            .ToArray();
        return [.. TaskSeeds.Training.Stream("mix").Permutation(problems.Length).Select(i => problems[i])];
    }
}
