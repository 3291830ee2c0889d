using Bench.Lab.Evaluation;
using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Tasks;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Lab.Training;
using Bench.Protocol.Budgets;
using Bench.Protocol.Grading;
using Bench.Protocol.Plans;
using Bench.Protocol.Signals;

namespace Bench.Lab.UnitExecution;

/// <summary>
/// Gathers what a student learns from: gold solutions, or a teacher's text with what else the teacher says of it.
/// </summary>
internal sealed class Lessons(UnitSession session)
{
    /// <summary>The lesson of a unit; null where all of it is written while the student learns.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="tokenizer">The student's.</param>
    /// <param name="order">The order in which the pool's prompts are asked; null for the pool's own.</param>
    internal UnitLesson? Of(TrainingUnit unit, ITokenizer tokenizer, int[]? order = null)
    {
        var (method, budget) = (unit.Method!, unit.Budget!);
        if (method.IsBaseline)
            return new(Limited(Lesson.Of(session.Tasks.Gold(method, tokenizer)), budget, 1), [], []);
        if (unit.Needs.OfType<StudentUnit>().SingleOrDefault() is { } before)
            return Inherited(unit, before, tokenizer);
        if (unit.Needs.OfType<TextUnit>().SingleOrDefault() is not { } text)
            return null;
        var traces = session.ReadText(text);
        if (order is not null)
            traces = [.. order.Select(number => traces[number])];
        if (method.Objective.RationaleWeight is { } weight)
            return Multitask(text, traces, tokenizer, weight, budget);
        var own = Kept(traces, method.Keep, session.Tasks);
        var sequences = unit.Student.Bytes
            ? [.. own.Select(sequence => Respelt(sequence, session.Tasks.Tokenizer, tokenizer))]
            : own;
        var lesson = Lesson.Of(sequences) with
        {
            TeacherSequences = unit.Student.Bytes && method.NeedsProbabilities ? own : null,
        };
        return Mixed(unit, tokenizer, Signalled(unit, text, traces, own, lesson));
    }

    // The lesson with what else the teacher says of what it wrote.
    private UnitLesson Signalled(
        TrainingUnit unit,
        TextUnit text,
        IReadOnlyList<Sequence> traces,
        IReadOnlyList<Sequence> own,
        Lesson lesson
    )
    {
        var sources = Shares(text, traces).ToList();
        if (unit.Needs.OfType<ProbabilityUnit>().SingleOrDefault() is { } scored)
        {
            sources.AddRange(Shares(scored, own));
            lesson = lesson with
            {
                Probabilities = new TeacherProbabilities(
                    Path.Combine(session.EntryOf(scored), EntryNames.Probabilities)
                ),
            };
        }

        if (unit.Needs.OfType<StateUnit>().SingleOrDefault() is { } read)
        {
            sources.AddRange(Shares(read, own));
            lesson = lesson with { States = new TeacherStates(Path.Combine(session.EntryOf(read), EntryNames.States)) };
        }

        return Charged(
            lesson with
            {
                QueriesEach = QueriesOf(text, traces.Count),
            },
            sources,
            [.. traces.Select(trace => trace.ResponseLength)],
            unit.Budget!
        );
    }

    // The generation before writes, as the teacher did for the first one.
    private UnitLesson Inherited(TrainingUnit unit, StudentUnit before, ITokenizer tokenizer)
    {
        var method = unit.Method!;
        using var teacher = session.Tasks.TeacherOf(
            session.Tasks.Load(session.EntryOf(before), before.Student.Model),
            tokenizer
        );
        var (traces, charges, asked) = new TextExecutor(session).Write(
            teacher,
            method.Sampling ?? unit.Teacher!.Sampling,
            method.Shares,
            tokenizer,
            unit.Draws
        );
        if (traces.Count == 0)
            throw new LabException($"none of the {asked} responses of {before.Label} was kept; select all");
        var own = Kept(traces, method.Keep, session.Tasks);
        var lesson = Lesson.Of(own) with { QueriesEach = (double)asked / traces.Count };
        return Mixed(
            unit,
            tokenizer,
            Charged(
                lesson,
                [.. charges.Select(charge => new TeacherShare(charge, traces))],
                [.. traces.Select(trace => trace.ResponseLength)],
                unit.Budget!
            )
        );
    }

    // Some of the teacher's examples give way to gold solutions of the same problems, which nobody is asked for. The
    // pool is in random order: the first are as good as any.
    private UnitLesson Mixed(TrainingUnit unit, ITokenizer tokenizer, UnitLesson learnt)
    {
        var method = unit.Method!;
        if (method.GoldShare == 0)
            return learnt;
        // Two tasks may ask the same: their solutions stand in the order of the problems, as the teacher's responses
        // do.
        var gold = new Dictionary<string, Queue<Sequence>>(StringComparer.Ordinal);
        string Asked(Sequence sequence) => string.Join(' ', sequence.Tokens[..sequence.Start]);
        foreach (var solution in session.Tasks.Gold(method, tokenizer))
        {
            if (!gold.TryGetValue(Asked(solution), out var solutions))
                gold[Asked(solution)] = solutions = new Queue<Sequence>();
            solutions.Enqueue(solution);
        }

        Sequence Gold(Sequence sequence) =>
            gold[Asked(sequence)] is { Count: > 1 } several ? several.Dequeue() : gold[Asked(sequence)].Peek();

        var lesson = learnt.Lesson;
        var replaced = Enumerable.Range(0, (int)Math.Round(method.GoldShare * lesson.Sequences.Count)).ToHashSet();
        return learnt with
        {
            Gold = replaced,
            Lesson = lesson with
            {
                Sequences =
                [
                    .. lesson.Sequences.Select((sequence, i) => replaced.Contains(i) ? Gold(sequence) : sequence),
                ],
                Teacher = [.. lesson.Teacher.Select((work, i) => replaced.Contains(i) ? default : work)],
                QueriesEach = lesson.QueriesEach * (1 - (double)replaced.Count / lesson.Sequences.Count),
            },
        };
    }

    // The charges of a unit of the teacher's, if they are known, spread over its text.
    private IEnumerable<TeacherShare> Shares(UnitOfWork unit, IReadOnlyList<Sequence> sequences, int parts = 1) =>
        session.OutcomeOf(unit).Charges.Select(charge => new TeacherShare(charge, sequences, parts));

    // Responses that were asked for and not kept are part of the cost of the others.
    private double QueriesOf(TextUnit text, int examples) =>
        (double)session.OutcomeOf(text).TeacherQueries!.Value / examples;

    private static UnitLesson Charged(
        Lesson lesson,
        IReadOnlyList<TeacherShare> sources,
        IReadOnlyList<int> responseTokens,
        Budget budget
    )
    {
        var charged = lesson with
        {
            Teacher =
            [
                .. Enumerable
                    .Range(0, lesson.Sequences.Count)
                    .Select(i => sources.Aggregate(default(TeacherWork), (sum, source) => sum + source.WorkOf(i))),
            ],
        };
        return new UnitLesson(Limited(charged, budget, lesson.QueriesEach), sources, responseTokens);
    }

    // A budget in queries is a smaller pool, not a shorter training.
    private static Lesson Limited(Lesson lesson, Budget budget, double queriesEach) =>
        lesson.Take((int)budget.PoolOf(lesson.Sequences.Count, queriesEach));

    /// <summary>Traces, or the same prompts with only the final answer.</summary>
    internal static IReadOnlyList<Sequence> Kept(IReadOnlyList<Sequence> traces, Keep keep, TaskRuntime tasks) =>
        keep == Keep.Answer ? [.. traces.Select(trace => Examples.AnswerOnly(tasks.Tokenizer, trace))] : traces;

    private static Sequence Respelt(Sequence sequence, ITokenizer from, ITokenizer to)
    {
        var prompt = to.Start(from.Decode(sequence.Tokens[..sequence.Start]));
        return new Sequence(
            [.. prompt, .. to.Encode(from.Decode(sequence.Tokens[sequence.Start..])), to.End],
            prompt.Length
        );
    }

    /// <summary>
    /// Each trace as two examples: the prompt with the answer as its label, and the prompt with the opening tag, which
    /// is not learnt, and the rationale (Hsieh et al. 2023, Distilling step-by-step, equations 3 and 4). Weights make
    /// the expected loss the sum of the two means.
    /// </summary>
    private UnitLesson Multitask(
        TextUnit text,
        IReadOnlyList<Sequence> traces,
        ITokenizer tokenizer,
        double rationaleWeight,
        Budget budget
    )
    {
        var written = session.Tasks.Tokenizer;
        var (labels, rationales) = (new List<Sequence>(), new List<Sequence>());
        foreach (var trace in traces)
        {
            var label = Respelt(Examples.AnswerOnly(written, trace), written, tokenizer);
            labels.Add(label);
            rationales.Add(Examples.RationaleOnly(written, tokenizer, trace, label));
        }

        if (
            rationales.Sum(sequence => sequence.ResponseLength)
            == rationales.Count * tokenizer.Encode(Answers.ThinkClose).Length
        )
            throw new LabException("the teacher shows no reasoning to learn from");
        var lesson = Lesson.Of([
            .. labels.Zip(rationales, (label, rationale) => new[] { label, rationale }).SelectMany(pair => pair),
        ]) with
        {
            QueriesEach = QueriesOf(text, 2 * traces.Count),
        };
        // Both halves of a trace have half its cost.
        var halves = traces.SelectMany(trace => new[] { trace, trace }).ToArray();
        var charged = Charged(
            lesson,
            [.. Shares(text, halves, parts: 2)],
            [.. lesson.Sequences.Select(sequence => sequence.ResponseLength)],
            budget
        );
        return charged with
        {
            Lesson = charged.Lesson with { Weights = MultitaskWeights(charged.Lesson.Sequences, rationaleWeight) },
        };
    }

    // Labels and rationales stand in turn; what a budget in queries left of them is what is weighed.
    private static IReadOnlyList<double> MultitaskWeights(IReadOnlyList<Sequence> sequences, double rationaleWeight)
    {
        double TokensOf(int half) =>
            sequences.Where((_, i) => i % 2 == half).Sum(sequence => (double)sequence.ResponseLength);
        var (label, rationale) = (TokensOf(0), TokensOf(1));
        return
        [
            .. sequences.Select(
                (_, i) => i % 2 == 0 ? (label + rationale) / label : rationaleWeight * (label + rationale) / rationale
            ),
        ];
    }
}
