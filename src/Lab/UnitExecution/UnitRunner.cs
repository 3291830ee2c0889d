using Bench.Lab.Checkpoints;
using Bench.Lab.Tensors;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;
using Bench.Protocol.Store;

namespace Bench.Lab.UnitExecution;

/// <summary>Executes one unit of work of a plan and publishes what came of it in the store.</summary>
/// <param name="plan">The plan that holds the unit.</param>
/// <param name="store">Where the results of other units are, and where this one's goes.</param>
/// <param name="files">Where a teacher's checkpoint is.</param>
/// <param name="keys">The keys of servers, by the names under which an experiment asks for them.</param>
/// <param name="code">The commit that runs, whether the tree was dirty, and who supplies the tensors.</param>
/// <param name="clock">The time.</param>
public sealed class UnitRunner(
    Plan plan,
    ContentStore store,
    CheckpointFiles files,
    Func<string, string?> keys,
    CodeVersion code,
    TimeProvider clock
)
{
    private readonly ExperimentSpec spec = plan.Spec;

    /// <summary>Runs a unit whose needs are in the store.</summary>
    /// <exception cref="LabException">It cannot be done.</exception>
    public Outcome Run(UnitOfWork unit, Action<UnitProgress>? progress = null)
    {
        Compute.UseThreads(spec.Threads);
        var compute = Compute.For(spec.Device, Names<Precision>.Of(spec.Precision));
        using var attempt = new AttemptRecord(store, unit.Fingerprint.Text, clock, compute.Done);
        var session = new UnitSession(spec, store, files, keys, compute, code, clock, attempt, progress);
        return unit switch
        {
            TeacherUnit teacher => new TeacherExecutor(session).Execute(teacher),
            TextUnit text => new TextExecutor(session).Execute(text),
            ProbabilityUnit probabilities => new ReadingExecutor(session).Execute(probabilities),
            StateUnit states => new ReadingExecutor(session).Execute(states),
            ExportUnit export => new UseExecutor(session).Execute(export),
            UseUnit use => new UseExecutor(session).Execute(use),
            StartUnit start => new StartExecutor(session).Execute(start),
            TrainingUnit training => new StudentExecutor(session).Execute(training),
            _ => throw new ArgumentException($"no way to run {unit.Label}", nameof(unit)),
        };
    }
}
