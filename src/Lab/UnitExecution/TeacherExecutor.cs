using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Tasks;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;

namespace Bench.Lab.UnitExecution;

/// <summary>
/// Trains the teacher where the experiment says so, and measures it as its students will be measured.
/// </summary>
internal sealed class TeacherExecutor(UnitSession session)
{
    internal Outcome Execute(TeacherUnit unit) =>
        unit.Teacher switch
        {
            { Kind: TeacherKind.Endpoint } => Asked(unit),
            { IsLocal: false } => session.Publish(
                unit,
                circumstances => new Outcome { Status = UnitStatus.Ok, Circumstances = circumstances }
            ),
            { Kind: TeacherKind.Onnx, Of: not null } => Exported(unit),
            { Training: { } training } => Trained(unit, training),
            _ => Loaded(unit),
        };

    private Outcome Trained(TeacherUnit unit, GoldTraining training)
    {
        var tokenizer = session.Tasks.Tokenizer;
        using var model = session.Tasks.Initialise(training, TaskSeeds.Teacher);
        var trained = GoldTrainer.Train(session, model, tokenizer, training, ChargeKind.TeacherTraining);
        return session.Publish(
            unit,
            folder =>
            {
                var (scores, charge) = session.Tasks.MeasureTeacher(model, tokenizer, unit.Teacher.Sampling, folder);
                session.Tasks.Save(folder, model, tokenizer);
                return circumstances => new Outcome
                {
                    Status = UnitStatus.Ok,
                    Charges = [trained.Charge, charge],
                    Scores = scores,
                    Curve = trained.Curve,
                    Steps = trained.Steps,
                    Examples = trained.Examples,
                    TokensTrained = trained.LossTokens,
                    Circumstances = circumstances,
                };
            }
        );
    }

    private Outcome Loaded(TeacherUnit unit)
    {
        var (model, tokenizer) = session.LoadTeacherModel(unit);
        using var owned = model;
        return session.Publish(
            unit,
            folder => Measured(session.Tasks.MeasureTeacher(model, tokenizer, unit.Teacher.Sampling, folder))
        );
    }

    // Another teacher's weights as a graph: measured on what that teacher was measured on.
    private Outcome Exported(TeacherUnit unit)
    {
        var source = unit.Needs.OfType<TeacherUnit>().Single();
        return session.Publish(
            unit,
            folder =>
            {
                var graph = Path.Combine(folder, ModelFolder.NameInStore);
                var (weights, tokenizer) = session.LoadTeacherModel(source);
                using (weights)
                    OnnxExport.Save(graph, (Decoder)weights, tokenizer);
                using var model = OnnxFolder.Load(graph);
                return Measured(session.Tasks.MeasureForm(model, tokenizer, session.EntryOf(source), folder));
            }
        );
    }

    // Its responses to the held-out items, asked as its students will be.
    private Outcome Asked(TeacherUnit unit)
    {
        using var teacher = session.LoadTeacher(unit);
        return session.Tasks.MeasureAsked(teacher) is { } measured
            ? session.Publish(unit, _ => Measured(measured))
            : session.Publish(
                unit,
                circumstances => new Outcome { Status = UnitStatus.Ok, Circumstances = circumstances }
            );
    }

    private static Func<Circumstances, Outcome> Measured((IReadOnlyList<TaskScores> Scores, Charge Charge) measured) =>
        circumstances => new Outcome
        {
            Status = UnitStatus.Ok,
            Charges = [measured.Charge],
            Scores = measured.Scores,
            Circumstances = circumstances,
        };
}
