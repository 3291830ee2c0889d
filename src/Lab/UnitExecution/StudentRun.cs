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
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Protocol.Units;

namespace Bench.Lab.UnitExecution;

/// <summary>Trains a student by one method under one budget, and measures it.</summary>
internal sealed class StudentRun(UnitSession session)
{
    private static readonly Seed StartSeed = new(4);

    private readonly ExperimentSpec spec = session.Spec;

    internal Outcome Execute(TrainingUnit unit)
    {
        ITokenizer tokenizer = unit.Student.Bytes ? new ByteTokenizer() : session.Tokenizer();
        using var model = Start(unit);
        var charges = unit.Needs.OfType<StartUnit>().SelectMany(start => session.OutcomeOf(start).Charges).ToList();
        TrainingResult? trained = null;
        LessonOfUnit? learnt = null;
        if (unit is { Method: { } method, Budget: not null })
        {
            using var teacher = method.Signal == SignalKind.OnPolicy ? session.LoadReadingTeacher(unit) : null;
            learnt = method.Choose == PromptChoice.First ? new Lessons(session).Of(unit, tokenizer) : Chosen(unit, tokenizer, charges);
            using var lesson = learnt?.Lesson;
            try
            {
                trained = Train(unit, model, lesson, teacher);
            }
            catch (TrainingDivergedException diverged) when (unit is TrialUnit)
            {
                return Diverged(session, unit, diverged);
            }

            charges.Add(trained.Charge);
            if (learnt is not null) charges.AddRange(learnt.Shares(trained.Used));
            if (trained.Scoring is { } scoring) charges.Add(scoring);
            charges.AddRange(TuningOf(session, unit));
        }

        model.Freeze();
        var (scores, evaluation) = Evaluate(unit, model, tokenizer);
        charges.Add(evaluation);
        return session.Publish(unit, circumstances => OutcomeOf(unit, trained, learnt, charges, scores, circumstances), folder =>
            ModelFolder.Save(Path.Combine(folder, ModelFolder.NameInStore), model, tokenizer));
    }

    /// <summary>Trains the weights that a student starts from.</summary>
    internal Outcome Execute(StartUnit unit)
    {
        var tokenizer = session.Tokenizer();
        using var model = Decoder.Initialise(unit.Student.Model, session.Compute, StartSeed);
        var trained = TeacherRun.TrainOnGold(session, model, tokenizer, unit.Student.Training!, ChargeKind.StudentPretraining);
        return session.Publish(
            unit, circumstances => new Outcome { Status = UnitStatus.Ok, Charges = [trained.Charge], Curve = trained.Curve, Steps = trained.Steps, Circumstances = circumstances },
            folder => ModelFolder.Save(Path.Combine(folder, ModelFolder.NameInStore), model, tokenizer));
    }

    // A student that can do something beforehand starts from the same weights whatever its seed, as a published base model would.
    private Decoder Start(TrainingUnit unit) =>
        unit.Needs.OfType<StartUnit>().SingleOrDefault() is { } start ? ModelFolder.LoadModel(Path.Combine(session.EntryOf(start), ModelFolder.NameInStore), session.Compute)
        : unit.Student.Checkpoint is { } weights ? ModelFolder.LoadModel(session.Files.Locate(weights), session.Compute)
        : Decoder.Initialise(unit.Student.Model, session.Compute, unit.Draws);

    private TrainingResult Train(TrainingUnit unit, Decoder model, Lesson? lesson, IReadingTeacher? teacher)
    {
        var (method, optimiser) = (unit.Method!, OptimiserOf(session, unit));
        using var objective = new MethodObjective(method, model, teacher?.Shape ?? TeacherShape(unit), unit.Draws);
        return new Trainer(objective, session.Compute, optimiser, session.Clock).Train(
            teacher is null
                ? new PreparedCurriculum(lesson!, objective, unit.Student.Model, session.Compute, optimiser, unit.Draws)
                : OnPolicy(unit, method, model, teacher, objective, lesson, optimiser),
            MeterOf(session, unit, lesson), ChargeKind.StudentTraining,
            progress => session.Report("training", progress.Share, progress.Loss, progress.TokensPerSecond));
    }

    // What choosing spent is part of what the student's training cost.
    private LessonOfUnit Chosen(TrainingUnit unit, ITokenizer tokenizer, List<Charge> charges)
    {
        var lessons = new Lessons(session);
        var chooser = new PromptChooser(session, unit, tokenizer, (asked, order) =>
        {
            var model = Start(unit);
            using var lesson = lessons.Of(asked, tokenizer, order)!.Lesson;
            var charge = Train(asked, model, lesson, null).Charge;
            model.Freeze();
            return (model, charge);
        });
        var (order, spent) = chooser.Order();
        charges.AddRange(spent);
        return lessons.Of(unit, tokenizer, order)!;
    }

    /// <summary>The outcome of a trial that diverged: a learning rate that does not work, and what it cost to find out.</summary>
    internal static Outcome Diverged(UnitSession session, TrainingUnit unit, TrainingDivergedException diverged) => session.Publish(unit, circumstances => new Outcome
    {
        Status = UnitStatus.Ok,
        Charges = [diverged.Spent],
        StudentParameters = unit.Student.Model.Parameters,
        Circumstances = circumstances,
    });

    internal static Outcome OutcomeOf(
        TrainingUnit unit, TrainingResult? trained, LessonOfUnit? learnt, IReadOnlyList<Charge> charges, IReadOnlyList<TaskScores> scores, Circumstances circumstances) => new()
    {
        Status = UnitStatus.Ok,
        Charges = charges,
        Scores = scores,
        Curve = trained?.Curve ?? [],
        StudentParameters = unit.Student.Model.Parameters,
        Steps = trained?.Steps,
        Examples = trained?.Examples,
        TokensTrained = trained?.LossTokens,
        TeacherTokens = trained is not null ? learnt?.TeacherTokens(trained.Used) : null,
        TeacherQueries = trained?.Queries > 0 ? (long)Math.Round(trained.Queries) : null,
        Circumstances = circumstances,
    };

    /// <summary>What a unit may spend. Where all is prepared, a budget in queries has made the lesson that small, and each example is seen once an epoch.</summary>
    internal static BudgetMeter MeterOf(UnitSession session, TrainingUnit unit, Lesson? lesson) => unit.Budget!.Unit is BudgetUnit.Queries or BudgetUnit.Generations && unit.Method!.Signal != SignalKind.OnPolicy
        ? BudgetMeter.ForExamples((double)session.Spec.Epochs * lesson!.Sequences.Count, session.Clock)
        : BudgetMeter.For(unit.Budget, session.Spec.Prices, session.Clock);

    /// <summary>How a unit's student is trained, with its method's learning rate: its own, the tuned one, or the experiment's.</summary>
    internal static OptimiserSpec OptimiserOf(UnitSession session, TrainingUnit unit) =>
        session.Spec.Training with { LearningRate = unit.Method!.LearningRate ?? Tuned(session, unit) ?? session.Spec.Training.LearningRate };

    private static double? Tuned(UnitSession session, TrainingUnit unit)
    {
        var trials = unit.Needs.OfType<TrialUnit>().Select(trial => (trial, session.OutcomeOf(trial))).ToArray();
        return trials.Length == 0 ? null : Tuning.Best(session.Spec, trials).LearningRate;
    }

    /// <summary>Everything that the trials of tuning spent, if there were any: without them this student would not be what it is.</summary>
    internal static IEnumerable<Charge> TuningOf(UnitSession session, TrainingUnit unit)
    {
        var spent = unit.Needs.OfType<TrialUnit>().SelectMany(trial => Tuning.CostOf(trial, session.OutcomeOf(trial).Charges)).ToArray();
        return spent.Length == 0 ? [] : [new Charge(
            ChargeKind.Tuning, spent.Sum(charge => charge.Tokens), new Flops(spent.Sum(charge => charge.Flops.Value)), new Seconds(spent.Sum(charge => charge.Seconds.Value)))];
    }

    private OnPolicyCurriculum OnPolicy(
        TrainingUnit unit, MethodSpec method, Decoder model, IReadingTeacher teacher, MethodObjective objective, Lesson? text, OptimiserSpec optimiser)
    {
        var ownText = spec.Tasks[0].Task as TeacherText;
        var problems = ownText is null ? TextRun.TrainingProblems(spec, session.Problems, method.Shares) : [];
        var prompts = ownText is null ? problems.Select(problem => Examples.Prompt(teacher.Tokenizer, problem)).ToArray() : [.. Enumerable.Repeat(TextRun.Opening(teacher.Tokenizer), optimiser.Batch)];
        if (unit.Budget!.Unit == BudgetUnit.Queries) prompts = [.. prompts.Take((int)unit.Budget.Amount)];
        return new OnPolicyCurriculum(
            method, model, teacher, objective, prompts, ownText?.Tokens ?? Examples.ResponseLimit(problems), ownText is null ? teacher.Tokenizer.End : -1, text,
            optimiser, unit.Draws, session.Clock);
    }

    private ModelShape? TeacherShape(TrainingUnit unit)
    {
        if (unit.Method!.Signal != SignalKind.Hidden) return null;
        using var teacher = session.LoadReadingTeacher(unit);
        return teacher.Shape;
    }

    private (IReadOnlyList<TaskScores> Scores, Charge Charge) Evaluate(TrainingUnit unit, Decoder model, ITokenizer tokenizer)
    {
        var evaluator = new TaskEvaluator(spec.Tasks, unit.Evaluation, session.Problems, tokenizer, session.Clock);
        if (spec.Tasks[0].Task is TeacherText)
        {
            var entry = session.EntryOf(session.MeasuringTeacher(unit));
            var windows = SequenceFile.Read(Path.Combine(entry, UnitSession.HeldOutName(unit.Evaluation.Split)));
            var choices = SequenceFile.Read(Path.Combine(entry, UnitSession.ChoicesName(unit.Evaluation.Split)));
            return evaluator.Imitate(model, spec.Tasks[0].Name, windows, [.. choices.Select(choice => choice.Tokens)]);
        }

        var (scores, charge) = evaluator.Solve(model, unit.Draws, session.Counting("evaluation", unit.Evaluation.Items * spec.Tasks.Count));
        if (!unit.Evaluation.Agreement || session.TeacherOf(unit) is not { } teacher) return (scores, charge);
        var held = session.EntryOf(teacher);
        using var theirs = new TeacherProbabilities(Path.Combine(held, UnitSession.ScoresName));
        var (agreement, reading) = evaluator.Compare(model, SequenceFile.Read(Path.Combine(held, UnitSession.HeldOutName(unit.Evaluation.Split))), theirs);
        return ([.. scores, .. agreement], charge.Plus(reading));
    }
}
