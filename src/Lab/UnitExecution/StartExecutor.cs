using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Tasks;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;

namespace Bench.Lab.UnitExecution;

/// <summary>Makes the weights that students start from.</summary>
internal sealed class StartExecutor(UnitSession session)
{
    internal Outcome Execute(StartUnit unit)
    {
        var tokenizer = session.Tasks.Tokenizer;
        using var model = session.Tasks.Initialise(unit.Student.Model, TaskSeeds.Start);
        var trained = GoldTrainer.Train(
            session,
            model,
            tokenizer,
            unit.Student.Training!,
            ChargeKind.StudentPretraining
        );
        return session.Publish(
            unit,
            circumstances => new Outcome
            {
                Status = UnitStatus.Ok,
                Charges = [trained.Charge],
                Curve = trained.Curve,
                Steps = trained.Steps,
                Circumstances = circumstances,
            },
            folder => session.Tasks.Save(folder, model, tokenizer)
        );
    }

    /// <summary>
    /// A student before its training. One that can do something beforehand starts from the same weights whatever its
    /// seed, as a published base model would.
    /// </summary>
    internal IModel Of(TrainingUnit unit) =>
        unit.Needs.OfType<StartUnit>().SingleOrDefault() is { } start
            ? session.Tasks.Load(session.EntryOf(start), unit.Student.Model)
        : unit.Student.Checkpoint is { } weights ? ModelFolder.LoadModel(session.Files.Locate(weights), session.Compute)
        : session.Tasks.Initialise(unit.Student.Model, unit.Draws);
}
