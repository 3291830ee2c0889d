using System.Diagnostics;
using Bench.Lab.Checkpoints;
using Bench.Lab.Evaluation;
using Bench.Lab.Measurement;
using Bench.Lab.Models;
using Bench.Lab.Serving;
using Bench.Lab.Signals;
using Bench.Lab.Tasks;
using Bench.Lab.Teachers;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Lab.Training;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Signals;
using Bench.Protocol.Specs;
using Bench.Protocol.Store;

namespace Bench.Lab.UnitExecution;

/// <summary>
/// The things that units share while one of them runs: the experiment, the store, the machine, the clock.
/// </summary>
internal sealed class UnitSession(
    ExperimentSpec spec,
    ContentStore store,
    CheckpointFiles files,
    Func<string, string?> keys,
    Compute compute,
    CodeVersion code,
    TimeProvider clock,
    AttemptRecord attempt,
    Action<UnitProgress>? progress
)
{
    private TaskRuntime? tasks;
    private readonly long started = clock.GetTimestamp();
    private readonly DateTimeOffset startedAt = clock.GetUtcNow();
    private readonly EnergyMeter? energy = spec.Device == "cpu" ? EnergyMeter.Begin(clock) : null;
    private readonly BoardMeter? board = spec.Device == "cpu" ? null : BoardMeter.Begin(keys("CUDA_VISIBLE_DEVICES"));

    internal ExperimentSpec Spec { get; } = spec;

    internal Compute Compute { get; } = compute;

    internal TimeProvider Clock { get; } = clock;

    internal void Report(string stage, double share, double? loss = null, double? tokensPerSecond = null)
    {
        var now = new UnitProgress(stage, share, loss, tokensPerSecond);
        attempt.Report(now);
        progress?.Invoke(now);
    }

    /// <summary>Reports a count of items as a share.</summary>
    internal Action<int> Counting(string stage, int total) => done => Report(stage, (double)done / total);

    internal CheckpointFiles Files { get; } = files;

    /// <summary>The runtime of the experiment's tasks.</summary>
    internal TaskRuntime Tasks =>
        tasks ??= TaskRuntimes.Of(
            new TaskSetting
            {
                Spec = Spec,
                Files = Files,
                Problems = new ProblemBank(Files),
                Compute = Compute,
                Clock = Clock,
                Counting = Counting,
            }
        );

    /// <summary>The weights that students start from.</summary>
    internal StartExecutor Starts => new(this);

    internal void ReportTraining(TrainingProgress now) => Report("training", now.Share, now.Loss, now.TokensPerSecond);

    /// <summary>The teacher that a unit needs.</summary>
    internal ITeacher LoadTeacher(UnitOfWork unit) =>
        UnitOfTeacher(unit) is { Teacher.Endpoint: { } endpoint } teacher
            ? Endpoint(unit, teacher, endpoint)
            : LoadReadingTeacher(unit);

    /// <summary>The teacher that a unit needs, to read with.</summary>
    internal IReadingTeacher LoadReadingTeacher(UnitOfWork unit)
    {
        var teacher = UnitOfTeacher(unit);
        if (teacher.Teacher.Training is { } training)
            return Tasks.TeacherOf(Tasks.Load(EntryOf(teacher), training.Model), Tasks.Tokenizer);
        var (model, tokenizer) = LoadTeacherModel(teacher);
        return Tasks.TeacherOf(model, tokenizer);
    }

    /// <summary>The teacher's unit that a unit needs, itself or through its text; null where it has none.</summary>
    internal TeacherUnit? TeacherOf(UnitOfWork unit) =>
        TeachersOf(unit)
            .FirstOrDefault(teacher =>
                unit is not TrainingUnit { Teacher: { } taught } || teacher.Teacher.Name == taught.Name
            );

    private static IEnumerable<TeacherUnit> TeachersOf(UnitOfWork unit) =>
        unit.Needs.SelectMany(need => need is TeacherUnit teacher ? [teacher] : TeachersOf(need));

    private TeacherUnit UnitOfTeacher(UnitOfWork unit) =>
        unit as TeacherUnit ?? TeacherOf(unit) ?? throw new InvalidOperationException($"{unit.Label} has no teacher");

    internal (ILanguageModel Model, ITokenizer Tokenizer) LoadTeacherModel(TeacherUnit unit)
    {
        if (unit.Teacher is { Kind: TeacherKind.Onnx, Of: not null })
        {
            var graph = Path.Combine(EntryOf(unit), ModelFolder.NameInStore);
            return (OnnxFolder.Load(graph), OnnxFolder.FindTokenizer(graph)!);
        }

        return unit.Teacher.Kind == TeacherKind.Trained
            ? ModelFolder.Load(Path.Combine(EntryOf(unit), ModelFolder.NameInStore), Compute)
            : Files.Load(unit.Teacher, Compute);
    }

    private EndpointTeacher Endpoint(UnitOfWork unit, TeacherUnit teacher, EndpointSpec endpoint) =>
        endpoint.Url is { } address ? Distant(unit, endpoint, address) : Served(unit, teacher, endpoint);

    private EndpointTeacher Distant(UnitOfWork unit, EndpointSpec endpoint, Uri address)
    {
        var key = KeyOf(endpoint, address);
        var tokenizer = endpoint.Tokenizer is { } named ? Files.LoadTokenizer(named, 0) : Tasks.Tokenizer;
        return new EndpointTeacher(
            endpoint,
            new EndpointClient(endpoint, address, key, tokenizer, Clock),
            Journal(unit),
            tokenizer,
            null,
            Clock,
            []
        );
    }

    private string? KeyOf(EndpointSpec endpoint, Uri address)
    {
        if (endpoint.KeyVariable is not { } variable)
            return null;
        var key =
            keys(variable)
            ?? throw new LabException(
                $"{endpoint.Location}: the environment variable {variable}, which holds the key to {address}, is not "
                    + $"set"
            );
        return key.All(c => c is > ' ' and < '\x7f')
            ? key
            : throw new LabException(
                $"{endpoint.Location}: the environment variable {variable} holds no key: it has characters that no "
                    + $"header carries"
            );
    }

    // Another teacher of the experiment is served on this machine, for as long as the unit works.
    private EndpointTeacher Served(UnitOfWork unit, TeacherUnit teacher, EndpointSpec endpoint)
    {
        var (model, tokenizer) = LoadTeacherModel(teacher.Needs.OfType<TeacherUnit>().Single());
        (model as Decoder)?.Freeze();
        try
        {
            var server = ModelServer
                .Start(
                    model,
                    tokenizer,
                    null,
                    new ServeOptions
                    {
                        ModelName = endpoint.Model,
                        Concurrency = endpoint.Concurrency,
                        TopLogprobs = endpoint.TopLogprobs,
                    },
                    Clock
                )
                .GetAwaiter()
                .GetResult();
            return new EndpointTeacher(
                endpoint,
                new EndpointClient(endpoint, server.Address, null, tokenizer, Clock),
                Journal(unit),
                tokenizer,
                model.Shape,
                Clock,
                [() => server.DisposeAsync().AsTask().GetAwaiter().GetResult(), model.Dispose]
            );
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private ExchangeJournal Journal(UnitOfWork unit) => new(store.JournalOf(unit.Fingerprint.Text));

    /// <summary>The sequences of a text.</summary>
    internal IReadOnlyList<Sequence> ReadText(TextUnit text) =>
        SequenceFile.Read(Path.Combine(EntryOf(text), EntryNames.Text));

    /// <summary>The text that a unit reads.</summary>
    internal IReadOnlyList<Sequence> ReadText(UnitOfWork unit, Keep keep) =>
        Lessons.Kept(ReadText(unit.Needs.OfType<TextUnit>().Single()), keep, Tasks);

    internal string EntryOf(UnitOfWork unit) =>
        store.Find(unit.Fingerprint.Text)
        ?? throw new LabException($"{unit.Label} is not in the store {store.Root}; run the experiment again");

    internal Outcome OutcomeOf(UnitOfWork unit) =>
        OutcomeFile.Find(store, unit.Fingerprint.Text)
        ?? throw new LabException($"{unit.Label} is not in the store {store.Root}; run the experiment again");

    /// <summary>Publishes an outcome with what else belongs to the unit.</summary>
    internal Outcome Publish(UnitOfWork unit, Func<Circumstances, Outcome> outcome, Action<string>? alongside = null) =>
        Publish(
            unit,
            folder =>
            {
                alongside?.Invoke(folder);
                return outcome;
            }
        );

    /// <summary>Publishes what is written into the unit's folder, and the outcome that comes of it.</summary>
    internal Outcome Publish(UnitOfWork unit, Func<string, Func<Circumstances, Outcome>> write)
    {
        Outcome? result = null;
        store.Publish(
            unit.Fingerprint.Text,
            folder =>
            {
                result = write(folder)(Here()) with { Lost = attempt.Earlier };
                OutcomeFile.Write(folder, result);
            }
        );
        File.Delete(store.JournalOf(unit.Fingerprint.Text));
        attempt.Succeed();
        return result!;
    }

    private Circumstances Here()
    {
        using var process = Process.GetCurrentProcess();
        return new Circumstances
        {
            StartedUtc = Timestamp.Of(startedAt),
            Seconds = Clock.GetElapsedTime(started).TotalSeconds,
            PeakRssBytes = process.PeakWorkingSet64,
            Joules = energy?.Joules() ?? board?.Joules(),
            Device = Spec.Device,
            Tensors = code.Tensors,
            Commit = code.Commit,
            Dirty = code.Dirty,
        };
    }
}
