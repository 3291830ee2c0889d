using Bench.Lab.Evaluation;
using Bench.Lab.Signals;
using Bench.Lab.Teachers;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Runs;

/// <summary>Has the teacher write one response for each training prompt.</summary>
internal sealed class TextRun(UnitSession session)
{
    /// <summary>Training problems and training text are drawn from this seed, whatever the student's.</summary>
    internal static readonly Seed TrainingSeed = new(2);

    /// <summary>Held-out text is drawn from another.</summary>
    internal static readonly Seed HeldOutSeed = new(3);

    private readonly ExperimentSpec spec = session.Spec;

    internal Outcome Execute(TextUnit unit)
    {
        using var teacher = session.LoadTeacher(unit.Needs[0]);
        var progress = session.Counting("writing", spec.Prompts);
        var (sequences, charge) = spec.Tasks[0].Task is TeacherText text
            ? Windows(teacher, text.Tokens, spec.Prompts, spec.Teacher.Sampling, TrainingSeed, ChargeKind.TeacherGeneration, progress)
            : Responses(teacher, progress);
        return session.Publish(unit, circumstances => new Outcome
        {
            Status = UnitStatus.Ok,
            Charges = [charge],
            TeacherTokens = sequences.Sum(sequence => (long)sequence.ResponseLength),
            TeacherQueries = sequences.Count,
            Circumstances = circumstances,
        }, folder => SignalFile.Write(Path.Combine(folder, UnitSession.TextName), sequences));
    }

    /// <summary>Windows of the teacher's own text from the begin token on.</summary>
    internal static (IReadOnlyList<Sequence> Windows, Charge Charge) Windows(
        ITeacher teacher, int tokens, int count, SamplingSpec sampling, Seed seed, ChargeKind kind, Action<int> progress)
    {
        int[] begin = [teacher.Tokenizer.Begin];
        // A window runs on through the ends of stories: all windows have one length.
        var (responses, charge) = teacher.Write([.. Enumerable.Repeat(begin, count)], tokens, -1, sampling, seed, kind, progress);
        return ([.. responses.Select(response => new Sequence([.. begin, .. response], 1))], charge);
    }

    /// <summary>The training problems of an experiment, the same for teacher and baselines, tasks in equal shares and mixed.</summary>
    internal static IReadOnlyList<Problem> TrainingProblems(ExperimentSpec spec)
    {
        var perTask = spec.Tasks.Select((task, i) => ProblemSets.Draw(
            (ProceduralTask)task.Task, Split.Train, spec.Prompts / spec.Tasks.Count + (i < spec.Prompts % spec.Tasks.Count ? 1 : 0), TrainingSeed));
        var problems = perTask.SelectMany(set => set).ToArray();
        return [.. TrainingSeed.Stream("mix").Permutation(problems.Length).Select(i => problems[i])];
    }

    private (IReadOnlyList<Sequence> Sequences, Charge Charge) Responses(ITeacher teacher, Action<int> progress)
    {
        var problems = TrainingProblems(spec);
        var prompts = problems.Select(problem => Examples.Prompt(teacher.Tokenizer, problem)).ToArray();
        var (responses, charge) = teacher.Write(
            prompts, Examples.ResponseLimit(problems), teacher.Tokenizer.End, spec.Teacher.Sampling, TrainingSeed, ChargeKind.TeacherGeneration, progress);
        return ([.. prompts.Zip(responses, (prompt, response) => new Sequence([.. prompt, .. response], prompt.Length))], charge);
    }
}
