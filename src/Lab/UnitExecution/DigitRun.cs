using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Tensors;
using Bench.Lab.Training;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Lab.UnitExecution;

/// <summary>
/// The units of an experiment with digits. An image is a sequence of one token, its number, and its class is the one response token: training, signals and
/// scoring are those of text.
/// </summary>
internal sealed class DigitRun
{
    private const string WeightsName = "perceptron.safetensors";
    private static readonly Seed TeacherSeed = new(0);

    private readonly UnitSession session;
    private readonly ExperimentSpec spec;
    private readonly Digits task;
    private readonly ImageTable images;

    internal DigitRun(UnitSession session)
    {
        (this.session, spec, task) = (session, session.Spec, (Digits)session.Spec.Tasks[0].Task);
        images = ImageTable.Load([.. Digits.Files.Select(session.Files.Locate)], Digits.Pixels);
    }

    internal Outcome Execute(UnitOfWork unit) => unit switch
    {
        TeacherUnit teacher => Teach(teacher),
        TextUnit text => Label(text),
        ScoreUnit scores => Score(scores),
        TrainingUnit training => Train(training),
        _ => throw new ArgumentException($"no way to run {unit.Label} on digits", nameof(unit)),
    };

    /// <summary>Every tenth training image is for validation; the others are to learn from.</summary>
    private IEnumerable<int> Of(Split split) => split switch
    {
        Split.Train => Enumerable.Range(0, images.Training).Where(image => image % 10 != 9),
        // Choosing a student by a digit that it may not see would show it that digit.
        Split.Validation => Enumerable.Range(0, images.Training).Where(image => image % 10 == 9 && images.LabelOf(image) != task.Withheld),
        _ => Enumerable.Range(images.Training, images.Count - images.Training),
    };

    // What students see.
    private IReadOnlyList<int> TransferSet() => [.. Of(Split.Train).Where(image => images.LabelOf(image) != task.Withheld).Take(spec.Prompts)];

    private IReadOnlyList<Sequence> WithLabels(IEnumerable<int> chosen) => [.. chosen.Select(image => new Sequence([image, images.LabelOf(image)], 1))];

    private Outcome Teach(TeacherUnit unit)
    {
        var training = unit.Teacher.Training!;
        using var model = Perceptron.Initialise(training.Model, images, session.Compute, TeacherSeed);
        (model.Dropout, model.Jitter) = (training.Dropout, training.Jitter);
        using var objective = MethodObjective.OfText(model);
        var trained = new Trainer(objective, session.Compute, training.Optimiser, session.Clock).Train(
            new PreparedCurriculum(Lesson.Of(WithLabels(Of(Split.Train))), objective, model.Shape, session.Compute, training.Optimiser, TeacherSeed),
            BudgetMeter.ForProcessedTokens(training.Tokens, session.Clock), ChargeKind.TeacherTraining, Report);
        (model.Dropout, model.Jitter) = (0, 0);
        var (scores, evaluation) = Evaluate(model, spec.Evaluation);
        return session.Publish(unit, circumstances => new Outcome
        {
            Status = UnitStatus.Ok,
            Charges = [trained.Charge, evaluation],
            Scores = scores,
            Curve = trained.Curve,
            Steps = trained.Steps,
            Examples = trained.Examples,
            TokensTrained = trained.LossTokens,
            Circumstances = circumstances,
        }, folder => SafeTensors.Write(Path.Combine(folder, WeightsName), model.Parameters));
    }

    // The teacher's own label of each image of the transfer set.
    private Outcome Label(TextUnit unit)
    {
        using var model = LoadTeacher(unit);
        var (predicted, charge) = new SequenceReader(model, session.Clock).Predict(WithLabels(TransferSet()), ChargeKind.TeacherGeneration);
        var labelled = TransferSet().Zip(predicted, (image, scores) => new Sequence([image, scores.MostLikely[0]], 1)).ToArray();
        return session.Publish(unit, circumstances => new Outcome
        {
            Status = UnitStatus.Ok,
            Charges = [charge],
            TeacherTokens = labelled.Length,
            TeacherQueries = labelled.Length,
            Circumstances = circumstances,
        }, folder => SequenceFile.Write(Path.Combine(folder, UnitSession.TextName), labelled));
    }

    private Outcome Score(ScoreUnit unit)
    {
        using var model = LoadTeacher(unit);
        return new ScoreRun(session).Execute(unit, new SequenceReader(model, session.Clock), model.Shape.Vocabulary, session.ReadText(unit.Needs.OfType<TextUnit>().Single()));
    }

    private Outcome Train(TrainingUnit unit)
    {
        using var model = Perceptron.Initialise(unit.Student.Model, images, session.Compute, new Seed(unit.Seed));
        var charges = new List<Charge>();
        TrainingResult? trained = null;
        LessonOfUnit? learnt = null;
        if (unit is { Method: { } method, Budget: { } budget })
        {
            learnt = method.IsBaseline ? Lessons.OfGold(WithLabels(TransferSet()), budget) : new Lessons(session).OfTeacher(unit);
            using var lesson = learnt.Lesson;
            var optimiser = StudentRun.OptimiserOf(session, unit);
            using var objective = new MethodObjective(method, model, null, new Seed(unit.Seed));
            try
            {
                trained = new Trainer(objective, session.Compute, optimiser, session.Clock).Train(
                    new PreparedCurriculum(lesson, objective, model.Shape, session.Compute, optimiser, new Seed(unit.Seed)),
                    StudentRun.MeterOf(session, unit, lesson), ChargeKind.StudentTraining, Report);
            }
            catch (TrainingDivergedException diverged) when (unit is TrialUnit)
            {
                return StudentRun.Diverged(session, unit, diverged);
            }

            charges.AddRange([trained.Charge, .. learnt.Shares(trained.Used), .. StudentRun.TuningOf(session, unit)]);
        }

        var (scores, evaluation) = Evaluate(model, unit.Evaluation);
        charges.Add(evaluation);
        return session.Publish(unit, circumstances => StudentRun.OutcomeOf(unit, trained, learnt, charges, scores, circumstances), folder =>
            SafeTensors.Write(Path.Combine(folder, WeightsName), model.Parameters));
    }

    private (IReadOnlyList<TaskScores> Scores, Charge Charge) Evaluate(Perceptron model, EvaluationSpec evaluation)
    {
        var chosen = Of(evaluation.Split).Take(evaluation.Items).ToArray();
        var (predicted, charge) = new SequenceReader(model, session.Clock).Predict(WithLabels(chosen), ChargeKind.Evaluation);
        var right = chosen.Zip(predicted, (image, scores) => (Image: image, Score: scores.MostLikely[0] == images.LabelOf(image) ? 1.0 : 0)).ToArray();
        var all = new TaskScores(spec.Tasks[0].Name, Metric.Accuracy.Name, [.. right.Select(entry => entry.Score)]);
        var unseen = right.Where(entry => images.LabelOf(entry.Image) == task.Withheld).Select(entry => entry.Score).ToArray();
        return unseen.Length == 0 ? ([all], charge) : ([all, new TaskScores(all.Task, Metric.WithheldAccuracy.Name, unseen)], charge);
    }

    private Perceptron LoadTeacher(UnitOfWork unit)
    {
        var teacher = session.TeacherOf(unit)!;
        using var weights = SafeTensors.Open(Path.Combine(session.EntryOf(teacher), WeightsName));
        return Perceptron.FromWeights(teacher.Teacher.Training!.Model, images, session.Compute, (name, _) => weights.Read(name));
    }

    private void Report(TrainingProgress progress) => session.Report("training", progress.Share, progress.Loss, progress.TokensPerSecond);
}
