using System.Diagnostics;
using System.Globalization;
using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Teachers;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Bench.Protocol.Store;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Runs;

/// <summary>What the four kinds of units share while one of them runs: the experiment, the store, the machine, the clock.</summary>
internal sealed class UnitSession(
    ExperimentSpec spec, ContentStore store, TeacherFiles files, Compute compute, CodeVersion code, TimeProvider clock, Action<UnitProgress>? progress)
{
    internal const string TextName = "text.bin";
    internal const string ScoresName = "scores.bin";
    internal const string StatesName = "states.bin";

    /// <summary>The file of a teacher's responses to the items of a split, or of its windows there.</summary>
    internal static string HeldOutName(Split split) => $"held-out-{Name(split)}.bin";

    /// <summary>The file of its most likely tokens in those windows.</summary>
    internal static string ChoicesName(Split split) => $"choices-{Name(split)}.bin";

    private static string Name(Split split) => split.ToString().ToLowerInvariant();

    private readonly long started = clock.GetTimestamp();
    private readonly DateTimeOffset startedAt = clock.GetUtcNow();

    internal ExperimentSpec Spec { get; } = spec;

    internal Compute Compute { get; } = compute;

    internal TimeProvider Clock { get; } = clock;

    internal void Report(string stage, double share, double? loss = null, double? tokensPerSecond = null) =>
        progress?.Invoke(new UnitProgress(stage, share, loss, tokensPerSecond));

    /// <summary>Reports a count of items as a share.</summary>
    internal Action<int> Counting(string stage, int total) => done => Report(stage, (double)done / total);

    internal TeacherFiles Files { get; } = files;

    /// <summary>The teacher that a unit needs.</summary>
    internal ITeacher LoadTeacher(UnitOfWork unit)
    {
        var (model, tokenizer) = LoadTeacherModel(TeacherOf(unit) ?? throw new InvalidOperationException($"{unit.Label} has no teacher"));
        return new LocalTeacher(model, tokenizer, Clock);
    }

    /// <summary>The teacher's unit that a unit needs, itself or through its text; null where it has none.</summary>
    internal TeacherUnit? TeacherOf(UnitOfWork unit) => unit.Needs.OfType<TeacherUnit>().FirstOrDefault() ?? unit.Needs.Select(TeacherOf).FirstOrDefault(teacher => teacher is not null);

    internal (Decoder Model, ITokenizer Tokenizer) LoadTeacherModel(TeacherUnit unit) => unit.Teacher.Checkpoint is { } checkpoint
        ? Files.Load(checkpoint, Compute)
        : ModelFolder.Load(Path.Combine(EntryOf(unit), ModelFolder.NameInStore), Compute);

    /// <summary>The tokenizer of this experiment: the checkpoints', or one made from the tasks' alphabets.</summary>
    internal ITokenizer Tokenizer()
    {
        if (Spec.Teachers[0].Checkpoint is not { } checkpoint) return new CharacterTokenizer(CharacterVocabulary.Of(Spec.Tasks.Select(task => task.Task).OfType<ProceduralTask>()).Characters);
        var (model, tokenizer) = Files.Load(checkpoint, Compute.Cpu);
        model.Dispose();
        return tokenizer;
    }

    /// <summary>The sequences of a text.</summary>
    internal IReadOnlyList<Sequence> ReadText(TextUnit text) => SequenceFile.Read(Path.Combine(EntryOf(text), TextName));

    /// <summary>What a unit reads of its text.</summary>
    internal IReadOnlyList<Sequence> ReadText(UnitOfWork unit, Keep keep, ITokenizer tokenizer) => Lessons.Kept(ReadText(unit.Needs.OfType<TextUnit>().Single()), keep, tokenizer);

    internal string EntryOf(UnitOfWork unit) => store.Find(unit.Fingerprint.Text)
        ?? throw new LabException($"{unit.Label} is not in the store {store.Root}; run the experiment again");

    internal Outcome OutcomeOf(UnitOfWork unit) => OutcomeFile.Find(store, unit.Fingerprint.Text)
        ?? throw new LabException($"{unit.Label} is not in the store {store.Root}; run the experiment again");

    /// <summary>Publishes an outcome with what else belongs to the unit.</summary>
    internal Outcome Publish(UnitOfWork unit, Func<Circumstances, Outcome> outcome, Action<string>? alongside = null) => Publish(unit, folder =>
    {
        alongside?.Invoke(folder);
        return outcome;
    });

    /// <summary>Publishes what is written into the unit's folder, and the outcome that comes of it.</summary>
    internal Outcome Publish(UnitOfWork unit, Func<string, Func<Circumstances, Outcome>> write)
    {
        Outcome? result = null;
        store.Publish(unit.Fingerprint.Text, folder =>
        {
            result = write(folder)(Here());
            OutcomeFile.Write(folder, result);
        });
        return result!;
    }

    private Circumstances Here()
    {
        using var process = Process.GetCurrentProcess();
        return new Circumstances
        {
            StartedUtc = startedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            Seconds = Clock.GetElapsedTime(started).TotalSeconds,
            PeakRssBytes = process.PeakWorkingSet64,
            Device = Spec.Device,
            Provider = code.Provider,
            Commit = code.Commit,
            Dirty = code.Dirty,
        };
    }
}
