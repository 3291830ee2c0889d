using Bench.Lab.Checkpoints;
using Bench.Lab.Evaluation;
using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Teachers;
using Bench.Lab.Text;
using Bench.Lab.Training;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Runs;

/// <summary>Trains the teacher where the experiment says so, and measures it as its students will be measured.</summary>
internal sealed class TeacherRun(UnitSession session)
{
    private static readonly Seed TeacherSeed = new(0);

    private readonly ExperimentSpec spec = session.Spec;

    internal Outcome Execute(TeacherUnit unit)
    {
        var charges = new List<Charge>();
        TrainingResult? trained = null;
        Decoder model;
        ITokenizer tokenizer;
        if (spec.Teacher.Training is { } training)
        {
            tokenizer = session.Tokenizer();
            model = Decoder.Initialise(training.Model with { Vocabulary = tokenizer.Size }, session.Compute, TeacherSeed);
            trained = Train(model, tokenizer, training);
            charges.Add(trained.Charge);
        }
        else
        {
            (model, tokenizer) = session.LoadTeacherModel(unit);
        }

        using var owned = model;
        IReadOnlyList<TaskScores> scores;
        Action<string>? alongside = spec.Teacher.Training is null ? null : folder => ModelFolder.Save(Path.Combine(folder, ModelFolder.NameInStore), model, tokenizer);
        if (spec.Tasks[0].Task is TeacherText)
        {
            (scores, var charge, alongside) = HeldOut(model, tokenizer);
            charges.Add(charge);
        }
        else
        {
            (scores, var charge) = new TaskEvaluator(spec, tokenizer, session.Clock).Solve(
                model, TeacherSeed, session.Counting("evaluation", spec.Evaluation.Items * spec.Tasks.Count));
            charges.Add(charge);
        }

        return session.Publish(unit, circumstances => new Outcome
        {
            Status = UnitStatus.Ok,
            Charges = charges,
            Scores = scores,
            Curve = trained?.Curve ?? [],
            Steps = trained?.Steps,
            Examples = trained?.Examples,
            TokensTrained = trained?.LossTokens,
            Circumstances = circumstances,
        }, alongside);
    }

    private TrainingResult Train(Decoder model, ITokenizer tokenizer, TeacherTraining training)
    {
        // As many distinct problems as the budget can show once, or as the tasks have.
        var each = (int)Math.Min(50_000, training.Tokens / spec.Tasks.Count / 8) + 1;
        var problems = spec.Tasks.SelectMany(task => ProblemSets.Draw((ProceduralTask)task.Task, Split.Train, each, new Seed(1)));
        var sequences = problems.Select(problem => Examples.Gold(tokenizer, problem, Keep.Trace)).ToArray();
        return new Trainer(model, training.Optimiser, session.Clock).Train(
            new Lesson(sequences, null, new double[sequences.Length]), MethodObjective.CrossEntropy,
            BudgetMeter.ForProcessedTokens(training.Tokens, session.Clock), TeacherSeed, ChargeKind.TeacherTraining,
            progress => session.Report("training", progress.Share, progress.Loss, progress.TokensPerSecond));
    }

    // The teacher's own text, held out from what students train on by its seed. Its bits per token are its entropy, which no student can beat on average.
    private (IReadOnlyList<TaskScores> Scores, Charge Charge, Action<string> Save) HeldOut(Decoder model, ITokenizer tokenizer)
    {
        var task = spec.Tasks[0];
        using var teacher = new LocalTeacher(model, tokenizer, session.Clock);
        var (windows, writing) = TextRun.Windows(
            teacher, ((TeacherText)task.Task).Tokens, spec.Evaluation.Items, spec.Teacher.Sampling, TextRun.HeldOutSeed, ChargeKind.Evaluation, session.Counting("writing", spec.Evaluation.Items));
        var (predictions, scoring) = teacher.Predict(windows, ChargeKind.Evaluation);
        var agreement = new TaskScores(task.Name, Metric.Agreement.Name, [.. predictions.Select(_ => 1.0)]);
        return ([TaskEvaluator.BitsPerToken(task.Name, predictions), agreement], writing.Plus(scoring), folder =>
        {
            SignalFile.Write(Path.Combine(folder, UnitSession.HeldOutName), windows);
            SignalFile.Write(Path.Combine(folder, UnitSession.ChoicesName), [.. predictions.Select(prediction => new Sequence(prediction.MostLikely, 0))]);
        });
    }
}
