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
    internal const string TopKName = "top-k.bin";
    internal const string HeldOutName = "held-out.bin";
    internal const string ChoicesName = "choices.bin";

    private readonly long started = clock.GetTimestamp();
    private readonly DateTimeOffset startedAt = clock.GetUtcNow();

    internal ExperimentSpec Spec { get; } = spec;

    internal Compute Compute { get; } = compute;

    internal TimeProvider Clock { get; } = clock;

    internal void Report(string stage, double share, double? loss = null, double? tokensPerSecond = null) =>
        progress?.Invoke(new UnitProgress(stage, share, loss, tokensPerSecond));

    /// <summary>Reports a count of items as a share.</summary>
    internal Action<int> Counting(string stage, int total) => done => Report(stage, (double)done / total);

    internal ITeacher LoadTeacher(UnitOfWork teacher)
    {
        var (model, tokenizer) = LoadTeacherModel(teacher);
        return new LocalTeacher(model, tokenizer, Clock);
    }

    internal (Decoder Model, ITokenizer Tokenizer) LoadTeacherModel(UnitOfWork teacher) => Spec.Teacher.Checkpoint is { } checkpoint
        ? files.Load(checkpoint, Compute)
        : ModelFolder.Load(Path.Combine(EntryOf(teacher), ModelFolder.NameInStore), Compute);

    /// <summary>The tokenizer of this experiment: the checkpoint's, or one made from the tasks' alphabets.</summary>
    internal ITokenizer Tokenizer()
    {
        if (Spec.Teacher.Checkpoint is null) return new CharacterTokenizer(CharacterVocabulary.Of(Spec.Tasks.Select(task => task.Task).OfType<ProceduralTask>()).Characters);
        var (model, tokenizer) = files.Load(Spec.Teacher.Checkpoint, Compute.Cpu);
        model.Dispose();
        return tokenizer;
    }

    internal IReadOnlyList<Sequence> ReadText(UnitOfWork text) => SignalFile.ReadSequences(Path.Combine(EntryOf(text), TextName));

    internal string EntryOf(UnitOfWork unit) => store.Find(unit.Fingerprint.Text)
        ?? throw new LabException($"{unit.Label} is not in the store {store.Root}; run the experiment again");

    internal Outcome OutcomeOf(UnitOfWork unit) => OutcomeFile.Find(store, unit.Fingerprint.Text)
        ?? throw new LabException($"{unit.Label} is not in the store {store.Root}; run the experiment again");

    /// <summary>Publishes an outcome with what else belongs to the unit.</summary>
    internal Outcome Publish(UnitOfWork unit, Func<Circumstances, Outcome> outcome, Action<string>? alongside = null)
    {
        var result = outcome(Here());
        store.Publish(unit.Fingerprint.Text, folder =>
        {
            OutcomeFile.Write(folder, result);
            alongside?.Invoke(folder);
        });
        return result;
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
