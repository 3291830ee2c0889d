using Bench.Lab.Evaluation;
using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Teachers;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Lab.UnitExecution;

/// <summary>Has a teacher write responses to each training prompt and keeps those that the sampling selects; or reads what it wrote before.</summary>
internal sealed class TextRun(UnitSession session)
{
    /// <summary>Training problems and training text are drawn from this seed, whatever the student's.</summary>
    internal static readonly Seed TrainingSeed = new(2);

    /// <summary>Held-out text is drawn from others: what is tested on, and what is tuned on.</summary>
    internal static Seed HeldOutSeed(Split split) => new(split == Split.Validation ? 5 : 3);

    private const string TracesName = "traces.jsonl";

    private readonly ExperimentSpec spec = session.Spec;

    internal Outcome Execute(TextUnit unit) => session.Publish(unit, folder =>
    {
        var (sequences, charges, asked) = unit.Teacher.Kind switch
        {
            TeacherKind.Traces => Recorded(unit, folder),
            TeacherKind.Endpoint when unit.Alternatives > 0 => Told(unit, folder),
            _ => Written(unit),
        };
        if (sequences.Count == 0) throw new LabException($"none of {unit.Teacher.Name}'s {asked} responses was kept; sample more, or select all");
        SequenceFile.Write(Path.Combine(folder, UnitSession.TextName), sequences);
        return circumstances => new Outcome
        {
            Status = UnitStatus.Ok,
            Charges = charges,
            TeacherTokens = sequences.Sum(sequence => (long)sequence.ResponseLength),
            TeacherQueries = asked,
            Circumstances = circumstances,
        };
    });

    /// <summary>Windows of the teacher's own text from the begin token on.</summary>
    internal static (IReadOnlyList<Sequence> Windows, Charge Charge) Windows(
        ITeacher teacher, int tokens, int count, SamplingSpec sampling, Seed seed, ChargeKind kind, Action<int> progress)
    {
        var begin = Opening(teacher.Tokenizer);
        // A window runs on through the ends of stories: all windows have one length.
        var (responses, charge) = teacher.Write([.. Enumerable.Repeat(begin, count)], tokens, -1, sampling, seed, kind, progress);
        return ([.. responses.Select(response => new Sequence([.. begin, .. response], 1))], charge);
    }

    /// <summary>What free text begins with: the token that begins a sequence, or that which ends one where there is no other.</summary>
    internal static int[] Opening(ITokenizer tokenizer) => [tokenizer.Begin ?? tokenizer.End];

    /// <summary>The training problems of an experiment, the same for teacher and baselines, tasks in their shares and mixed.</summary>
    internal static IReadOnlyList<Problem> TrainingProblems(ExperimentSpec spec, ProblemBank bank, IReadOnlyDictionary<string, double>? shares) =>
        [.. TrainingProblemsWithTasks(spec, bank, shares).Select(entry => entry.Problem)];

    private static IReadOnlyList<(SolvableTask Task, Problem Problem)> TrainingProblemsWithTasks(ExperimentSpec spec, ProblemBank bank, IReadOnlyDictionary<string, double>? shares)
    {
        var problems = PromptShares.Of(spec, shares)
            .SelectMany(entry => bank.Of((SolvableTask)entry.Task.Task, Split.Train, entry.Prompts, TrainingSeed).Select(problem => ((SolvableTask)entry.Task.Task, problem))).ToArray();
        return [.. TrainingSeed.Stream("mix").Permutation(problems.Length).Select(i => problems[i])];
    }

    private (IReadOnlyList<Sequence> Sequences, IReadOnlyList<Charge> Charges, int Asked) Written(TextUnit unit)
    {
        using var teacher = session.LoadTeacher(unit);
        if (spec.Tasks[0].Task is TeacherText text)
        {
            var (windows, writing) = Windows(teacher, text.Tokens, spec.Prompts, unit.Sampling, TrainingSeed, ChargeKind.TeacherGeneration, session.Counting("writing", spec.Prompts));
            if (unit.Sampling.Canaries is { } canaries)
                windows = [.. canaries.Plant([.. windows.Select(window => window.Tokens[window.Start..])], teacher.Tokenizer.Size).Zip(windows, (planted, window) => new Sequence([.. window.Tokens[..window.Start], .. planted], window.Start))];
            return (windows, [writing], windows.Count);
        }

        var (sequences, charge, asked) = Solutions(teacher, unit.Sampling, unit.Shares, TrainingSeed);
        return (sequences, [charge], asked);
    }

    /// <summary>What a teacher writes to each training problem and its sampling selects, with the number of responses that were asked for.</summary>
    internal (IReadOnlyList<Sequence> Sequences, Charge Charge, int Asked) Solutions(ITeacher teacher, SamplingSpec sampling, IReadOnlyDictionary<string, double>? shares, Seed seed)
    {
        var assignment = new Assignment(spec, session.Problems, sampling, shares, teacher.Tokenizer);
        var (responses, charge) = teacher.Write(
            assignment.Prompts, assignment.Limit, teacher.Tokenizer.End, sampling, seed, ChargeKind.TeacherGeneration, session.Counting("writing", assignment.Prompts.Length), assignment.Texts);
        var sequences = assignment.Prompts.Zip(responses, (prompt, response) => new Sequence([.. prompt, .. response], prompt.Length)).ToArray();
        if (sampling.Select != Selection.Likeliest) return ([.. assignment.Kept(responses).Select(i => sequences[i])], charge, sequences.Length);
        var (scores, reading) = ((IReadingTeacher)teacher).Predict(sequences, ChargeKind.TeacherGeneration);
        var best = Enumerable.Range(0, sequences.Length).Chunk(sampling.Samples).Select(own => own.MaxBy(i => scores[i].LogProbabilities.Average()));
        return ([.. best.Select(i => sequences[i])], charge.Plus(reading), sequences.Length);
    }

    // A server tells of its probabilities as it writes: both are kept.
    private (IReadOnlyList<Sequence> Sequences, IReadOnlyList<Charge> Charges, int Asked) Told(TextUnit unit, string folder)
    {
        using var teacher = (EndpointTeacher)session.LoadTeacher(unit);
        var tokenizer = teacher.Tokenizer;
        var text = spec.Tasks[0].Task as TeacherText;
        var assignment = text is null ? new Assignment(spec, session.Problems, unit.Sampling, unit.Shares, tokenizer) : null;
        IReadOnlyList<int[]> prompts = assignment?.Prompts ?? [.. Enumerable.Repeat(Opening(tokenizer), spec.Prompts)];
        var (responses, charge, alternatives) = teacher.Converse(
            prompts, text?.Tokens ?? assignment!.Limit, text is null ? tokenizer.End : -1, unit.Sampling, TrainingSeed, unit.Alternatives, ChargeKind.TeacherGeneration, session.Counting("asking", prompts.Count), assignment?.Texts);
        var kept = assignment?.Kept(responses) ?? [.. Enumerable.Range(0, prompts.Count)];
        using var writer = new TeacherProbabilities.Writer(Path.Combine(folder, UnitSession.ScoresName), kept.Count, unit.Alternatives, tokenizer.Size, 1, sampled: false);
        for (var place = 0; place < kept.Count; place++)
        {
            var (tokens, values) = TopK(responses[kept[place]], alternatives(kept[place]), unit.Alternatives);
            writer.Write(place, tokens, values);
        }

        writer.Complete();
        return ([.. kept.Select(i => new Sequence([.. prompts[i], .. responses[i]], prompts[i].Length))], [charge], prompts.Count);
    }

    // What a server does not tell of has no mass of its own; of an end that it keeps to itself all that is known is that it came.
    private static (long[] Tokens, float[] Values) TopK(int[] response, IReadOnlyList<(int Token, float Probability)[]> alternatives, int k)
    {
        var (tokens, values) = (new long[response.Length * k], new float[response.Length * k]);
        for (var t = 0; t < response.Length; t++)
        {
            (int Token, float Probability)[] told = t < alternatives.Count ? alternatives[t] : [(response[t], 1f)];
            var others = Enumerable.Range(0, k + told.Length).Except(told.Select(entry => entry.Token)).GetEnumerator();
            for (var i = 0; i < k; i++)
            {
                if (i >= told.Length) others.MoveNext();
                (tokens[t * k + i], values[t * k + i]) = i < told.Length ? told[i] : (others.Current, 0f);
            }
        }

        return (tokens, values);
    }

    // What a recorded teacher spent is not known: no charge. What another teacher of the experiment wrote is recorded here, and its cost is known.
    private (IReadOnlyList<Sequence> Sequences, IReadOnlyList<Charge> Charges, int Asked) Recorded(TextUnit unit, string folder)
    {
        if (unit.Needs.OfType<TextUnit>().SingleOrDefault() is not { } source)
        {
            var kept = TraceFile.Read(session.Files.Locate(unit.Teacher.Traces!)).Select(Trained()).OfType<Sequence>().Take(spec.Prompts).ToArray();
            return (kept, [], kept.Length);
        }

        var (tokenizer, written, path) = (session.Tokenizer(), session.ReadText(source), Path.Combine(folder, TracesName));
        var outcome = session.OutcomeOf(source);
        if (spec.Tasks[0].Task is TeacherText)
        {
            // Free text has no prompt: all of it is the response.
            TraceFile.Write(path, written.Select(sequence => ("", tokenizer.Decode(sequence.Tokens))));
            return ([.. TraceFile.Read(path).Select(trace => new Sequence([.. Opening(tokenizer), .. tokenizer.Encode(trace.Response)], 1))], outcome.Charges, (int)outcome.TeacherQueries!);
        }

        TraceFile.Write(path, written.Select(sequence => (tokenizer.Decode(sequence.Tokens[..sequence.Start]), tokenizer.Decode(sequence.Tokens[sequence.Start..]))));
        // Only what was said goes through words: what was asked is known, and whether an end was reached.
        return ([.. TraceFile.Read(path).Zip(written, (trace, sequence) => new Sequence(
            [.. sequence.Tokens[..sequence.Start], .. tokenizer.Encode(trace.Response), .. sequence.Tokens[^1] == tokenizer.End ? new[] { tokenizer.End } : []], sequence.Start))],
            outcome.Charges, (int)outcome.TeacherQueries!);
    }

    // Only responses to training problems: one to a held-out problem would give its answer away. A benchmark's training problems are those of its file, asked with its instruction or without.
    private Func<(string Prompt, string Response), Sequence?> Trained()
    {
        var tokenizer = session.Tokenizer();
        Sequence Of(int[] prompt, string response) => new([.. prompt, .. tokenizer.Encode(response), tokenizer.End], prompt.Length);
        var benchmarks = spec.Tasks.Select(task => task.Task).OfType<BenchmarkTask>().Where(task => task.TrainingFile is not null).ToArray();
        if (benchmarks.Length == 0) return trace => ProblemSets.SplitOf(trace.Prompt) == Split.Train ? Of(tokenizer.Start(trace.Prompt), trace.Response) : null;
        var known = new Dictionary<string, Problem>(StringComparer.Ordinal);
        foreach (var (task, problem) in benchmarks.SelectMany(task => session.Problems.Of(task, Split.Train, int.MaxValue, TrainingSeed).Select(problem => (task, problem))))
            known[problem.Prompt] = known[task.QuestionOf(problem)] = problem;
        return trace => known.TryGetValue(trace.Prompt.Trim(), out var problem) ? Of(Examples.Prompt(tokenizer, problem), trace.Response) : null;
    }

    /// <summary>What a teacher is asked: every training problem, as often as there are samples.</summary>
    private sealed class Assignment
    {
        private readonly SamplingSpec sampling;
        private readonly ITokenizer tokenizer;
        private readonly IReadOnlyList<(SolvableTask Task, Problem Problem)> problems;

        internal Assignment(ExperimentSpec spec, ProblemBank bank, SamplingSpec sampling, IReadOnlyDictionary<string, double>? shares, ITokenizer tokenizer)
        {
            (this.sampling, this.tokenizer) = (sampling, tokenizer);
            problems = TrainingProblemsWithTasks(spec, bank, shares);
            Prompts = [.. problems.SelectMany(entry => Enumerable.Repeat(Examples.Prompt(tokenizer, entry.Problem), sampling.Samples))];
            Texts = [.. problems.SelectMany(entry => Enumerable.Repeat(entry.Problem.Prompt, sampling.Samples))];
            Limit = Examples.ResponseLimit(problems.Select(entry => entry.Problem));
        }

        internal int[][] Prompts { get; }

        /// <summary>The same in words.</summary>
        internal string[] Texts { get; }

        /// <summary>The most tokens of a response.</summary>
        internal int Limit { get; }

        /// <summary>Which responses are learnt from: those that can be spelt, and of those all, or one of each that is correct; the same response twice to the same prompt teaches nothing new.</summary>
        internal IReadOnlyList<int> Kept(IReadOnlyList<int[]> responses)
        {
            var spelt = Enumerable.Range(0, responses.Count).Where(i => responses[i].Length > 0);
            return sampling.Select != Selection.Correct
                ? [.. spelt]
                : [.. spelt.Where(i => Grade(problems[i / sampling.Samples], responses[i]) == 1).DistinctBy(i => $"{string.Join(' ', Prompts[i])}/{string.Join(' ', responses[i])}")];
        }

        private double Grade((SolvableTask Task, Problem Problem) entry, int[] response) => entry.Task.Grade(entry.Problem, tokenizer.Decode(response));
    }
}
