using Bench.Lab.Models;
using Bench.Lab.Teachers;
using Bench.Lab.Text;
using Bench.Lab.Training;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Shapes;
using Bench.Protocol.Signals;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Lab.UnitExecution;

/// <summary>Trains a student by one method under one budget, and measures it.</summary>
internal sealed class StudentExecutor(UnitSession session)
{
    private readonly ExperimentSpec spec = session.Spec;

    internal Outcome Execute(TrainingUnit unit)
    {
        ITokenizer tokenizer = unit.Student.Bytes ? new ByteTokenizer() : session.Tasks.Tokenizer;
        using var model = session.Starts.Of(unit);
        var charges = unit.Needs.OfType<StartUnit>().SelectMany(start => session.OutcomeOf(start).Charges).ToList();
        Learning? learning = null;
        if (unit is { Method: not null, Budget: not null })
        {
            try
            {
                learning = Learn(unit, model, tokenizer);
            }
            catch (TrainingDivergedException diverged) when (unit is TrialUnit)
            {
                return Diverged(unit, diverged);
            }

            charges.AddRange([.. learning.Charges, .. TuningOf(unit)]);
        }

        model.Freeze();
        var (scores, evaluation) = session.Tasks.Measure(
            unit,
            model,
            tokenizer,
            unit.ComparedWith is { } teacher ? session.EntryOf(teacher) : null
        );
        charges.Add(evaluation);
        return session.Publish(
            unit,
            circumstances => OutcomeOf(unit, learning, charges, scores, circumstances),
            folder => session.Tasks.Save(folder, model, tokenizer)
        );
    }

    private Learning Learn(TrainingUnit unit, IModel model, ITokenizer tokenizer)
    {
        using var teacher = unit.Method!.Signal.IsLive ? session.LoadReadingTeacher(unit) : null;
        var (learnt, chosen) =
            unit.Method.Choose == PromptChoice.First
                ? (new Lessons(session).Of(unit, tokenizer), [])
                : Chosen(unit, tokenizer);
        using var lesson = learnt?.Lesson;
        var trained = Train(unit, model, lesson, (ILiveTeacher?)teacher);
        return new Learning(
            trained,
            learnt,
            [
                .. chosen,
                trained.Charge,
                .. learnt?.Shares(trained.Used) ?? [],
                .. trained.Scoring is { } scoring ? new[] { scoring } : [],
            ]
        );
    }

    private TrainingResult Train(TrainingUnit unit, IModel model, Lesson? lesson, ILiveTeacher? teacher)
    {
        var (method, optimiser) = (unit.Method!, OptimiserOf(unit));
        using var objective = new StudentObjective(
            method.Objective,
            model,
            teacher?.Shape ?? TeacherShape(unit),
            unit.Draws
        );
        return new Trainer(objective, session.Compute, optimiser, session.Clock).Train(
            teacher is null
                ? new PreparedCurriculum(lesson!, objective, unit.Student.Model, session.Compute, optimiser, unit.Draws)
                : OnPolicy(unit, (Decoder)model, teacher, objective, lesson, optimiser),
            MeterOf(unit, lesson),
            ChargeKind.StudentTraining,
            session.ReportTraining
        );
    }

    // The cost of choosing is part of the cost of the student's training.
    private (UnitLesson Learnt, IReadOnlyList<Charge> Spent) Chosen(TrainingUnit unit, ITokenizer tokenizer)
    {
        var lessons = new Lessons(session);
        var chooser = new PromptChooser(
            session,
            unit,
            tokenizer,
            (asked, order) =>
            {
                var model = (Decoder)session.Starts.Of(unit);
                using var lesson = lessons.Of(asked, tokenizer, order)!.Lesson;
                var charge = Train(asked, model, lesson, null).Charge;
                model.Freeze();
                return (model, charge);
            }
        );
        var (order, spent) = chooser.Order();
        return (lessons.Of(unit, tokenizer, order)!, spent);
    }

    // A trial that diverged: a learning rate that does not work, and what it cost to find out.
    private Outcome Diverged(TrainingUnit unit, TrainingDivergedException diverged) =>
        session.Publish(
            unit,
            circumstances => new Outcome
            {
                Status = UnitStatus.Ok,
                Charges = [diverged.Spent],
                StudentParameters = unit.Student.Model.Parameters,
                Circumstances = circumstances,
            }
        );

    private static Outcome OutcomeOf(
        TrainingUnit unit,
        Learning? learning,
        IReadOnlyList<Charge> charges,
        IReadOnlyList<TaskScores> scores,
        Circumstances circumstances
    ) =>
        new()
        {
            Status = UnitStatus.Ok,
            Charges = charges,
            Scores = scores,
            Curve = learning?.Trained.Curve ?? [],
            StudentParameters = unit.Student.Model.Parameters,
            Steps = learning?.Trained.Steps,
            Examples = learning?.Trained.Examples,
            TokensTrained = learning?.Trained.LossTokens,
            TeacherTokens = learning?.Learnt?.TeacherTokens(learning.Trained.Used),
            TeacherQueries = learning?.Trained.Queries > 0 ? (long)Math.Round(learning.Trained.Queries) : null,
            Circumstances = circumstances,
        };

    // Where all is prepared, some budgets have made the lesson that small, and each example is seen once an epoch.
    private BudgetMeter MeterOf(TrainingUnit unit, Lesson? lesson) =>
        unit.Budget!.CountsEpochs && !unit.Method!.Signal.IsLive
            ? BudgetMeter.ForExamples((double)spec.Epochs * lesson!.Sequences.Count, session.Clock)
            : BudgetMeter.For(unit.Budget, spec.Prices, session.Clock);

    // The method's own learning rate, the tuned one, or the experiment's.
    private OptimiserSpec OptimiserOf(TrainingUnit unit) =>
        spec.Training with
        {
            LearningRate = unit.Method!.LearningRate ?? Tuned(unit) ?? spec.Training.LearningRate,
        };

    private double? Tuned(TrainingUnit unit)
    {
        var trials = unit.Needs.OfType<TrialUnit>().Select(trial => (trial, session.OutcomeOf(trial))).ToArray();
        return trials.Length == 0 ? null : Tuning.Best(spec, trials).LearningRate;
    }

    // Everything that the trials of tuning spent: without them this student would not be what it is.
    private IEnumerable<Charge> TuningOf(TrainingUnit unit)
    {
        var spent = unit
            .Needs.OfType<TrialUnit>()
            .SelectMany(trial => Tuning.CostOf(trial, session.OutcomeOf(trial).Charges))
            .ToArray();
        if (spent.Length == 0)
            return [];
        var (flops, seconds) = (
            new Flops(spent.Sum(charge => charge.Flops.Value)),
            new Seconds(spent.Sum(charge => charge.Seconds.Value))
        );
        return [new Charge(ChargeKind.Tuning, spent.Sum(charge => charge.Tokens), flops, seconds)];
    }

    private OnPolicyCurriculum OnPolicy(
        TrainingUnit unit,
        Decoder model,
        ILiveTeacher teacher,
        StudentObjective objective,
        Lesson? text,
        OptimiserSpec optimiser
    )
    {
        var asked = session.Tasks.Assign(
            SamplingSpec.Greedy,
            unit.Method!.Shares,
            optimiser.Batch,
            session.Tasks.Tokenizer
        );
        var prompts = unit.Budget!.LimitsPool ? [.. asked.Prompts.Take((int)unit.Budget.Amount)] : asked.Prompts;
        return new OnPolicyCurriculum(
            unit.Method,
            model,
            teacher,
            objective,
            prompts,
            asked.Limit,
            asked.End,
            text,
            optimiser,
            unit.Draws,
            session.Clock
        );
    }

    private ModelShape? TeacherShape(TrainingUnit unit)
    {
        if (unit.Method!.Signal.Asks != TeacherAccess.Activations)
            return null;
        using var teacher = session.LoadReadingTeacher(unit);
        return teacher.Shape;
    }

    /// <summary>The result of a student's training.</summary>
    private sealed record Learning(TrainingResult Trained, UnitLesson? Learnt, IReadOnlyList<Charge> Charges);
}
