using System.Globalization;
using Bench.Protocol.Licences;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Plans;

/// <summary>Turns an experiment into units of work with fingerprints and predicted costs.</summary>
public static class Planner
{
    /// <summary>The plan of an experiment.</summary>
    /// <exception cref="LicenceRefusedException">The teacher may not be distilled.</exception>
    /// <exception cref="SpecException">Something in it cannot be done.</exception>
    public static Plan Make(ExperimentSpec spec, ITeacherFiles files)
    {
        LicenceGate.Check(spec.Teacher);
        var (shape, hash) = TeacherModel(spec, files);
        var costs = new CostModel(spec, shape);
        var units = new List<UnitOfWork>();

        var machine = (spec.Device, spec.Precision, spec.Threads);
        var common = new (string, object?)[] { ("tasks", TaskInputs(spec)), ("machine", $"{machine}"), ("evaluation", spec.Evaluation), ("checkpoint", hash) };
        var teacher = new TeacherUnit
        {
            Fingerprint = Fingerprint.Of("teacher", [.. common, ("training", spec.Teacher.Training), ("sampling", HeldOutSampling(spec))]),
            Label = $"teacher {spec.Teacher.Name}",
            Needs = [],
            Prediction = costs.Teacher(),
        };
        units.Add(teacher);
        var text = new TextUnit
        {
            Fingerprint = Fingerprint.Of("text", ("teacher", teacher.Fingerprint.Text), ("prompts", spec.Prompts), ("sampling", spec.Teacher.Sampling)),
            Label = $"text of {spec.Teacher.Name}",
            Needs = [teacher],
            Prediction = costs.Text(),
        };
        if (spec.Methods.Any(method => !method.IsBaseline)) units.Add(text);
        var scored = new Dictionary<(int, double, Keep), TopKUnit>();
        foreach (var method in spec.Methods.Where(method => method.Signal == SignalKind.TopK))
        {
            if (method.K > shape.Vocabulary)
                throw new SpecException(new Place(spec.File, 1, 1), $"method '{method.Name}' asks for k = {method.K} of a vocabulary of {shape.Vocabulary}", "lower k");
            var key = (method.K, method.Temperature, method.Keep);
            if (scored.ContainsKey(key)) continue;
            units.Add(scored[key] = new TopKUnit
            {
                Fingerprint = Fingerprint.Of("top-k", ("text", text.Fingerprint.Text), ("k", method.K), ("temperature", method.Temperature), ("keep", method.Keep)),
                Label = string.Create(CultureInfo.InvariantCulture, $"top-{method.K} T={method.Temperature} of {spec.Teacher.Name}"),
                Needs = [teacher, text],
                Prediction = costs.TopK(method),
                K = method.K,
                Temperature = method.Temperature,
                Keep = method.Keep,
            });
        }

        foreach (var student in spec.Students)
        {
            var sized = student with { Model = student.Model with { Vocabulary = shape.Vocabulary } };
            foreach (var (method, budget) in Arms(spec))
            {
                UnitOfWork[] needs = method?.Signal switch
                {
                    SignalKind.Text => [text],
                    SignalKind.TopK => [text, scored[(method.K, method.Temperature, method.Keep)]],
                    _ => [],
                };
                // Only teacher-text is scored against the teacher itself; the others' held-out items come from the task alone.
                if (spec.Tasks.Any(task => task.Task is TeacherText)) needs = [teacher, .. needs];
                var prediction = costs.Student(sized.Model, method, budget);
                if (budget is { Unit: not BudgetUnit.Seconds } && prediction.Charges[0].Flops.Value == 0)
                    throw new SpecException(spec.BudgetsPlace, string.Create(CultureInfo.InvariantCulture, $"a budget of {budget.AmountText} {budget.UnitLabel} does not pay for one step of {student.Name} by {method!.Name}"), "raise it, or lower training: batch");
                foreach (var seed in spec.Seeds)
                {
                    units.Add(new StudentUnit
                    {
                        Fingerprint = Fingerprint.Of("student", [
                            .. common, ("needs", needs.Select(unit => unit.Fingerprint.Text)), ("student", sized), ("method", method),
                            ("budget", budget), ("prices", budget?.Unit == BudgetUnit.Usd ? spec.Prices : null), ("seed", seed), ("training", method is null ? null : spec.Training),
                            ("prompts", spec.Prompts), ("epochs", budget?.Unit == BudgetUnit.Queries ? spec.Epochs : 0),
                            ("teacher-shape", budget?.Unit is BudgetUnit.TotalFlops or BudgetUnit.Usd ? shape : null)]),
                        Label = string.Create(CultureInfo.InvariantCulture, $"{student.Name} {method?.Name ?? StudentUnit.Untrained}{(budget is null ? "" : " " + budget.AmountText)} seed {seed}"),
                        Needs = needs,
                        Prediction = prediction,
                        Student = sized,
                        Method = method,
                        Budget = budget,
                        Seed = seed,
                    });
                }
            }
        }

        return new Plan(spec, units);
    }

    private static (ModelShape Shape, string Hash) TeacherModel(ExperimentSpec spec, ITeacherFiles files) => spec.Teacher.Checkpoint is { } checkpoint
        ? files.Describe(checkpoint)
        : (spec.Teacher.Training!.Model with { Vocabulary = CharacterVocabulary.Of(spec.Tasks.Select(task => task.Task).OfType<ProceduralTask>()).Size }, "");

    // Untrained first, then every method and baseline at every budget.
    private static IEnumerable<(MethodSpec?, Budget?)> Arms(ExperimentSpec spec) =>
        spec.Methods.SelectMany(method => spec.Budgets.Select(budget => ((MethodSpec?)method, (Budget?)budget))).Prepend((null, null));

    // A record's text holds its options, so it stands for the task in a fingerprint.
    private static IEnumerable<string> TaskInputs(ExperimentSpec spec) => spec.Tasks.Select(task => $"{task.Name} {TaskCatalogue.Describe(task.Task)}");

    // The teacher's own text is its evaluation set where the task is teacher-text.
    private static object? HeldOutSampling(ExperimentSpec spec) => spec.Tasks.Any(task => task.Task is TeacherText) ? spec.Teacher.Sampling : null;
}
