using System.Globalization;
using Bench.Protocol.Budgets;
using Bench.Protocol.Objectives;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Plans;

/// <summary>
/// The units that train students: the trials of tuning, then every method at every budget with every seed.
/// </summary>
internal sealed class StudentPlan(ExperimentSpec spec, IReadOnlyList<TeacherPlan> teachers, ICheckpointFiles files)
{
    private string? weights;
    private StartUnit? start;

    internal IEnumerable<UnitOfWork> Units(StudentSpec student)
    {
        var sized = Sized(student);
        start = Start(sized);
        if (start is not null)
            yield return start;
        // Untrained first, then every method and baseline at every budget.
        foreach (var unit in Seeds(sized, null, null, null, []))
            yield return unit;
        foreach (var method in spec.Methods)
        {
            foreach (
                var teacher in method.IsBaseline
                    ? [null]
                    : teachers.Where(teacher => method.LearnsFrom(teacher.Teacher)).Cast<TeacherPlan?>()
            )
            {
                if (teacher is not null)
                    CheckShapes(sized, method, teacher);
                var trials = Trials(sized, method, teacher).ToArray();
                foreach (var trial in trials)
                    yield return trial;
                IReadOnlyList<StudentUnit> before = [];
                foreach (var budget in spec.Budgets)
                {
                    var units = Seeds(sized, method, budget, teacher, trials, before).ToArray();
                    foreach (var unit in units)
                        yield return unit;
                    // A generation learns from the one before it.
                    if (budget.IsChain)
                        before = units;
                }
            }
        }
    }

    private StartUnit? Start(StudentSpec student) =>
        student.Training is not { } training
            ? null
            : new StartUnit
            {
                Fingerprint = Fingerprint.Of(
                    "start",
                    new()
                    {
                        Planner.Common(spec),
                        { "student", student.Inputs },
                        { "train", training.Inputs },
                        { "files", teachers[0].Hash },
                    }
                ),
                Label = $"start of {student.Name}",
                Student = student,
                Needs = [],
                Prediction = CostModel.Start(spec, student),
            };

    private IEnumerable<TrialUnit> Trials(StudentSpec student, MethodSpec method, TeacherPlan? teacher)
    {
        if (spec.Tuning is not { } tuning)
            yield break;
        var evaluation = new EvaluationSpec { Items = tuning.Items, Split = Split.Validation };
        var prediction = Predict(student, method, tuning.Budget, teacher, evaluation, tuning.Location);
        foreach (var rate in tuning.LearningRates)
        {
            var tried = method with { LearningRate = rate };
            yield return new TrialUnit
            {
                Fingerprint = FingerprintOf(
                    "trial",
                    InputsOf(student, tried, tuning.Budget, evaluation),
                    tuning.Seed,
                    Needs(tried, teacher)
                ),
                Label = string.Create(
                    CultureInfo.InvariantCulture,
                    $"trial {student.Name} {method.Name}{TeacherOf(teacher)} rate {rate}"
                ),
                Needs = Needs(tried, teacher),
                Prediction = prediction,
                Teacher = Known(teacher)?.Teacher,
                ComparedWith = Measuring(teacher),
                Student = student,
                Method = tried,
                Budget = tuning.Budget,
                Seed = tuning.Seed,
                Evaluation = evaluation,
            };
        }
    }

    private IEnumerable<StudentUnit> Seeds(
        StudentSpec student,
        MethodSpec? method,
        Budget? budget,
        TeacherPlan? teacher,
        IReadOnlyList<TrialUnit> trials,
        IReadOnlyList<StudentUnit>? before = null
    )
    {
        var prediction = CostModel.WithTuning(
            Predict(student, method, budget, teacher, spec.Evaluation, spec.BudgetsLocation),
            trials
        );
        var inputs = InputsOf(student, method, budget, spec.Evaluation);
        foreach (var seed in spec.Seeds)
        {
            var predecessor = before?.SingleOrDefault(unit => unit.Seed == seed);
            // The later generations learn from their predecessor alone, and their teacher is where it began.
            IReadOnlyList<UnitOfWork> needs = predecessor is null
                ? [.. Needs(method, teacher), .. trials]
                :
                [
                    .. Needs(method, teacher).OfType<TeacherUnit>(),
                    .. start is null ? [] : new[] { start },
                    predecessor,
                ];
            yield return new StudentUnit
            {
                Fingerprint = FingerprintOf("student", inputs, seed, needs),
                Label = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{student.Name} "
                        + $"{method?.Name ?? (student.IsPretrained ? "before" : StudentUnit.Untrained)}"
                        + $"{TeacherOf(teacher)}{(budget is null ? "" : " " + budget.AmountText)} seed {seed}"
                ),
                Needs = needs,
                Prediction = prediction,
                Teacher = Known(teacher)?.Teacher,
                ComparedWith = Measuring(teacher),
                Student = student,
                Method = method,
                Budget = budget,
                Seed = seed,
                Evaluation = spec.Evaluation,
            };
        }
    }

    private Prediction Predict(
        StudentSpec student,
        MethodSpec? method,
        Budget? budget,
        TeacherPlan? teacher,
        EvaluationSpec evaluation,
        SourceLocation? place
    )
    {
        var prediction = (teacher ?? teachers[0]).Costs.Student(student.Model, method, budget, evaluation);
        // Its starting weights are another unit's work, and each student is charged for it.
        if (start is not null)
            prediction = prediction with
            {
                Charges =
                [
                    .. prediction.Charges,
                    .. start.Prediction.Charges.Select(charge => charge with { Seconds = default }),
                ],
            };
        if (budget is { IsTimed: false } && prediction.Charges[0].Flops.Value == 0)
            throw new SpecException(
                place,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a budget of {budget.AmountText} {budget.Label} does not pay for one step of {student.Name} by "
                        + $"{method!.Name}"
                ),
                "raise it, or lower training: batch"
            );
        return prediction;
    }

    // The inputs that all seeds share.
    private Inputs InputsOf(StudentSpec student, MethodSpec? method, Budget? budget, EvaluationSpec evaluation) =>
        new()
        {
            Planner.Common(spec),
            { "student", student.Inputs },
            { "weights", weights },
            { "method", method?.Inputs },
            { "budget", budget?.Inputs },
            budget?.Settings(spec.Epochs, spec.Prices) ?? [],
            { "training", method is null ? null : Inputs.Of(spec.Training) },
            { "prompts", spec.Prompts },
            { "evaluation", Inputs.Of(evaluation) },
            { "files", teachers.Select(known => known.Hash) },
        };

    private static Fingerprint FingerprintOf(string kind, Inputs inputs, long seed, IReadOnlyList<UnitOfWork> needs) =>
        Fingerprint.Of(
            kind,
            new() { inputs, { "seed", seed }, { "needs", needs.Select(unit => unit.Fingerprint.Text) } }
        );

    // A student that is made here has as many tokens as its teacher; one that starts from weights has what they have.
    private StudentSpec Sized(StudentSpec student)
    {
        weights = null;
        var vocabulary = student.Bytes ? CharacterVocabulary.Specials + 256 : teachers[0].Shape.Vocabulary;
        if (student.Checkpoint is not { } checkpoint)
            return student with { Model = student.Model with { Vocabulary = vocabulary } };
        (var shape, weights) = files.Describe(checkpoint);
        // Of a teacher without a model of its own only the tokenizer is known, and models have room for more tokens
        // than theirs.
        return shape.Vocabulary == vocabulary || (!teachers[0].Teacher.IsMeasured && shape.Vocabulary >= vocabulary)
            ? student with
            {
                Model = shape,
            }
            : throw new SpecException(
                checkpoint.Location,
                $"student '{student.Name}' has {shape.Vocabulary} tokens, and its teacher {vocabulary}: they have "
                    + $"different tokenizers",
                "choose a student of the teacher's family"
            );
    }

    // Some measures compare with a teacher: its own text, or its responses to the held-out items.
    private IReadOnlyList<UnitOfWork> Needs(MethodSpec? method, TeacherPlan? teacher)
    {
        IReadOnlyList<UnitOfWork> needs =
        [
            .. method is null || teacher is null ? [] : teacher.Needs(method),
            .. start is null ? [] : new[] { start },
        ];
        return Measuring(teacher) is { } measure && !needs.Contains(measure) ? [measure, .. needs] : needs;
    }

    // Its own text is the first teacher's, in whatever form it taught.
    private TeacherUnit? Measuring(TeacherPlan? teacher) =>
        (
            spec.Content == TaskContent.OwnText ? teachers[0]
            : spec.Evaluation.Agreement ? Known(teacher)
            : null
        )?.Unit;

    /// <summary>The teacher, or the only one there is where a baseline has none.</summary>
    private TeacherPlan? Known(TeacherPlan? teacher) => teacher ?? (teachers.Count == 1 ? teachers[0] : null);

    private string TeacherOf(TeacherPlan? teacher) =>
        teacher is null || teachers.Count == 1 ? "" : $" of {teacher.Teacher.Name}";

    private static void CheckShapes(StudentSpec student, MethodSpec method, TeacherPlan teacher)
    {
        if (method.Objective is not ActivationMatching matching)
            return;
        TeacherPlan.LayerOf(method, matching, matching.StudentLayer, student.Model, "student-layer");
        foreach (
            var (who, shape) in ((string, ModelShape)[])
                [(student.Name, student.Model), (teacher.Teacher.Name, teacher.Shape)]
        )
            if (matching.Mismatch(who, shape) is { } mismatch)
                throw new SpecException(method.Location, mismatch, "");
    }
}
