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

namespace Bench.Lab.UnitExecution;

/// <summary>Trains the teacher where the experiment says so, and measures it as its students will be measured.</summary>
internal sealed class TeacherRun(UnitSession session)
{
    /// <summary>How many of the teacher's probabilities students are compared with; the others are lumped.</summary>
    private const int ComparedTokens = 64;

    private static readonly Seed TeacherSeed = new(0);

    private readonly ExperimentSpec spec = session.Spec;

    internal Outcome Execute(TeacherUnit unit)
    {
        if (unit.Teacher.Kind == TeacherKind.Endpoint && spec.Tasks[0].Task is not TeacherText) return Asked(unit);
        if (!unit.Teacher.IsLocal)
            return session.Publish(unit, circumstances => new Outcome { Status = UnitStatus.Ok, Circumstances = circumstances });
        if (unit.Teacher is { Kind: TeacherKind.Onnx, Of: not null }) return Exported(unit);
        var charges = new List<Charge>();
        TrainingResult? trained = null;
        ILanguageModel model;
        ITokenizer tokenizer;
        Decoder? student = null;
        if (unit.Teacher.Training is { } training)
        {
            tokenizer = session.Tokenizer();
            model = student = Decoder.Initialise(training.Model with { Vocabulary = tokenizer.Size }, session.Compute, TeacherSeed);
            trained = TrainOnGold(session, student, tokenizer, training, ChargeKind.TeacherTraining);
            charges.Add(trained.Charge);
        }
        else
        {
            (model, tokenizer) = session.LoadTeacherModel(unit);
        }

        using var owned = model;
        return session.Publish(unit, folder =>
        {
            var (scores, charge) = spec.Tasks[0].Task is TeacherText ? HeldOut(unit, model, tokenizer, folder) : Solve(model, tokenizer, folder);
            charges.Add(charge);
            if (student is not null) ModelFolder.Save(Path.Combine(folder, ModelFolder.NameInStore), student, tokenizer);
            return circumstances => new Outcome
            {
                Status = UnitStatus.Ok,
                Charges = charges,
                Scores = scores,
                Curve = trained?.Curve ?? [],
                Steps = trained?.Steps,
                Examples = trained?.Examples,
                TokensTrained = trained?.LossTokens,
                Circumstances = circumstances,
            };
        });
    }

    // Another teacher's weights as a graph: measured on what that one was measured on.
    private Outcome Exported(TeacherUnit unit)
    {
        var source = unit.Needs.OfType<TeacherUnit>().Single();
        return session.Publish(unit, folder =>
        {
            var graph = Path.Combine(folder, ModelFolder.NameInStore);
            var (weights, tokenizer) = session.LoadTeacherModel(source);
            using (weights) OnnxExport.Save(graph, (Decoder)weights, tokenizer);
            using var model = OnnxFolder.Load(graph);
            IReadOnlyList<TaskScores> scores;
            Charge charge;
            if (spec.Tasks[0].Task is TeacherText)
            {
                var windows = SequenceFile.Read(Path.Combine(session.EntryOf(source), UnitSession.HeldOutName(spec.Evaluation.Split)));
                var choices = SequenceFile.Read(Path.Combine(session.EntryOf(source), UnitSession.ChoicesName(spec.Evaluation.Split)));
                (scores, charge) = new TaskEvaluator(spec.Tasks, spec.Evaluation, session.Problems, tokenizer, session.Clock).Imitate(model, spec.Tasks[0].Name, windows, [.. choices.Select(choice => choice.Tokens)]);
            }
            else
            {
                (scores, charge) = Solve(model, tokenizer, folder);
            }

            return circumstances => new Outcome { Status = UnitStatus.Ok, Charges = [charge], Scores = scores, Circumstances = circumstances };
        });
    }

    // What it makes of the held-out items, asked as its students will be.
    private Outcome Asked(TeacherUnit unit)
    {
        using var teacher = session.LoadTeacher(unit);
        var evaluator = new TaskEvaluator(spec.Tasks, spec.Evaluation, session.Problems, teacher.Tokenizer, session.Clock);
        var (scores, charge) = evaluator.Ask(teacher, TeacherSeed, session.Counting("asking", spec.Evaluation.Items * spec.Tasks.Count * spec.Evaluation.Sampling.Samples));
        return session.Publish(unit, circumstances => new Outcome { Status = UnitStatus.Ok, Charges = [charge], Scores = scores, Circumstances = circumstances });
    }

    /// <summary>Trains a model on gold solutions of the tasks that it is to learn.</summary>
    internal static TrainingResult TrainOnGold(UnitSession session, Decoder model, ITokenizer tokenizer, GoldTraining training, ChargeKind kind)
    {
        // As many distinct problems as the budget can show once, or as the tasks have.
        var tasks = session.Spec.Tasks.Where(training.Covers).ToArray();
        var each = (int)Math.Min(50_000, training.Tokens / tasks.Length / 8) + 1;
        var problems = tasks.SelectMany(task => ProblemSets.Draw((ProceduralTask)task.Task, Split.Train, each, new Seed(1)));
        var lesson = Lesson.Of([.. problems.Select(problem => Examples.Gold(tokenizer, problem, Keep.Trace))]);
        using var objective = MethodObjective.OfText(model);
        var trained = new Trainer(objective, session.Compute, training.Optimiser, session.Clock).Train(
            new PreparedCurriculum(lesson, objective, model.Shape, session.Compute, training.Optimiser, TeacherSeed),
            BudgetMeter.ForProcessedTokens(training.Tokens, session.Clock), kind,
            progress => session.Report("training", progress.Share, progress.Loss, progress.TokensPerSecond));
        model.Freeze();
        return trained;
    }

    // Where students are compared with the teacher, its own responses to the held-out items and its probabilities there are kept.
    private (IReadOnlyList<TaskScores> Scores, Charge Charge) Solve(ILanguageModel model, ITokenizer tokenizer, string folder)
    {
        var evaluator = new TaskEvaluator(spec.Tasks, spec.Evaluation, session.Problems, tokenizer, session.Clock);
        var (scores, charge) = evaluator.Solve(model, TeacherSeed, session.Counting("evaluation", spec.Evaluation.Items * spec.Tasks.Count));
        if (!spec.Evaluation.Agreement) return (scores, charge);
        var (sequences, writing) = evaluator.Responses(model);
        var teacher = new LocalTeacher(model, tokenizer, session.Clock);
        SequenceFile.Write(Path.Combine(folder, UnitSession.HeldOutName(spec.Evaluation.Split)), sequences);
        var reading = TokenSignals.WriteTopK(
            teacher, model.Shape.Vocabulary, sequences, Path.Combine(folder, UnitSession.ScoresName), Math.Min(ComparedTokens, model.Shape.Vocabulary), 1, ChargeKind.Evaluation);
        return (scores, charge.Plus(writing).Plus(reading));
    }

    // The teacher's own text, held out from what students train on by its seed. Its bits per token are its entropy, which no student can beat on average.
    private (IReadOnlyList<TaskScores> Scores, Charge Charge) HeldOut(TeacherUnit unit, ILanguageModel model, ITokenizer tokenizer, string folder)
    {
        var name = spec.Tasks[0].Name;
        var (predictions, charge) = Windows(unit, model, tokenizer, spec.Evaluation.Split, spec.Evaluation.Items, folder);
        if (spec.Tuning is { } tuning) charge = charge.Plus(Windows(unit, model, tokenizer, Split.Validation, tuning.Items, folder).Charge);
        var agreement = new TaskScores(name, Metric.Agreement.Name, [.. predictions.Select(_ => 1.0)]);
        return ([TaskEvaluator.BitsPerToken(name, predictions), agreement], charge);
    }

    private (IReadOnlyList<TokenPredictions> Predictions, Charge Charge) Windows(TeacherUnit unit, ILanguageModel model, ITokenizer tokenizer, Split split, int items, string folder)
    {
        var teacher = new LocalTeacher(model, tokenizer, session.Clock);
        var (windows, writing) = TextRun.Windows(
            teacher, ((TeacherText)spec.Tasks[0].Task).Tokens, items, unit.Teacher.Sampling, TextRun.HeldOutSeed(split), ChargeKind.Evaluation, session.Counting("writing", items));
        var (predictions, scoring) = teacher.Predict(windows, ChargeKind.Evaluation);
        SequenceFile.Write(Path.Combine(folder, UnitSession.HeldOutName(split)), windows);
        SequenceFile.Write(Path.Combine(folder, UnitSession.ChoicesName(split)), [.. predictions.Select(prediction => new Sequence(prediction.MostLikely, 0))]);
        return (predictions, writing.Plus(scoring));
    }
}
