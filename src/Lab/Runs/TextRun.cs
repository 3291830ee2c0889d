using Bench.Lab.Evaluation;
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

namespace Bench.Lab.Runs;

/// <summary>Has a teacher write responses to each training prompt and keeps those that the sampling selects; or reads what it wrote before.</summary>
internal sealed class TextRun(UnitSession session)
{
    /// <summary>Training problems and training text are drawn from this seed, whatever the student's.</summary>
    internal static readonly Seed TrainingSeed = new(2);

    /// <summary>Held-out text is drawn from others: what is tested on, and what is tuned on.</summary>
    internal static Seed HeldOutSeed(Split split) => new(split == Split.Validation ? 5 : 3);

    private readonly ExperimentSpec spec = session.Spec;

    internal Outcome Execute(TextUnit unit)
    {
        var (sequences, charges, asked) = unit.Teacher.Traces is { } traces ? Recorded(traces) : Written(unit);
        if (sequences.Count == 0) throw new LabException($"none of {unit.Teacher.Name}'s {asked} responses was kept; sample more, or select all");
        return session.Publish(unit, circumstances => new Outcome
        {
            Status = UnitStatus.Ok,
            Charges = charges,
            TeacherTokens = sequences.Sum(sequence => (long)sequence.ResponseLength),
            TeacherQueries = asked,
            Circumstances = circumstances,
        }, folder => SequenceFile.Write(Path.Combine(folder, UnitSession.TextName), sequences));
    }

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

    /// <summary>The training problems of an experiment, the same for teacher and baselines, tasks in equal shares and mixed.</summary>
    internal static IReadOnlyList<Problem> TrainingProblems(ExperimentSpec spec) => [.. TrainingProblemsWithTasks(spec).Select(entry => entry.Problem)];

    private static IReadOnlyList<(ProceduralTask Task, Problem Problem)> TrainingProblemsWithTasks(ExperimentSpec spec)
    {
        var perTask = spec.Tasks.Select((task, i) => ProblemSets.Draw(
            (ProceduralTask)task.Task, Split.Train, spec.Prompts / spec.Tasks.Count + (i < spec.Prompts % spec.Tasks.Count ? 1 : 0), TrainingSeed)
            .Select(problem => ((ProceduralTask)task.Task, problem)));
        var problems = perTask.SelectMany(set => set).ToArray();
        return [.. TrainingSeed.Stream("mix").Permutation(problems.Length).Select(i => problems[i])];
    }

    private (IReadOnlyList<Sequence> Sequences, IReadOnlyList<Charge> Charges, int Asked) Written(TextUnit unit)
    {
        using var teacher = session.LoadTeacher(unit);
        if (spec.Tasks[0].Task is TeacherText text)
        {
            var (windows, writing) = Windows(teacher, text.Tokens, spec.Prompts, unit.Sampling, TrainingSeed, ChargeKind.TeacherGeneration, session.Counting("writing", spec.Prompts));
            return (windows, [writing], windows.Count);
        }

        var problems = TrainingProblemsWithTasks(spec);
        var prompts = problems.SelectMany(entry => Enumerable.Repeat(Examples.Prompt(teacher.Tokenizer, entry.Problem), unit.Sampling.Samples)).ToArray();
        var (responses, charge) = teacher.Write(
            prompts, Examples.ResponseLimit(problems.Select(entry => entry.Problem)), teacher.Tokenizer.End, unit.Sampling, TrainingSeed, ChargeKind.TeacherGeneration,
            session.Counting("writing", prompts.Length));
        var sequences = prompts.Zip(responses, (prompt, response) => new Sequence([.. prompt, .. response], prompt.Length)).ToArray();
        switch (unit.Sampling.Select)
        {
            case Selection.Correct:
                var correct = sequences.Where((_, i) => Grade(problems[i / unit.Sampling.Samples], teacher, responses[i]) == 1);
                // The same response twice to the same prompt teaches nothing new.
                return ([.. correct.DistinctBy(sequence => string.Join(' ', sequence.Tokens))], [charge], prompts.Length);
            case Selection.Likeliest:
                var (scores, reading) = teacher.Predict(sequences, ChargeKind.TeacherGeneration);
                var best = Enumerable.Range(0, sequences.Length).Chunk(unit.Sampling.Samples).Select(own => own.MaxBy(i => scores[i].LogProbabilities.Average()));
                return ([.. best.Select(i => sequences[i])], [charge.Plus(reading)], prompts.Length);
            default:
                return (sequences, [charge], prompts.Length);
        }
    }

    private static double Grade((ProceduralTask Task, Problem Problem) entry, ITeacher teacher, int[] response) =>
        entry.Task.Grade(entry.Problem, teacher.Tokenizer.Decode(response));

    // Only training prompts: a recorded response to a held-out problem would give its answer away. What a recorded teacher spent is not known: no charge.
    private (IReadOnlyList<Sequence> Sequences, IReadOnlyList<Charge> Charges, int Asked) Recorded(CheckpointSpec file)
    {
        var tokenizer = session.Tokenizer();
        var kept = session.Files.Traces(file).Where(trace => ProblemSets.SplitOf(trace.Prompt) == Split.Train).Take(spec.Prompts).ToArray();
        var sequences = kept.Select(trace =>
        {
            var prompt = tokenizer.Start(trace.Prompt);
            return new Sequence([.. prompt, .. tokenizer.Encode(trace.Response), tokenizer.End], prompt.Length);
        }).ToArray();
        return (sequences, [], kept.Length);
    }
}
