using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Teachers;
using Bench.Lab.Text;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Tasks;

/// <summary>Tasks of text: their models are decoders.</summary>
internal abstract class TextRuntime(TaskSetting setting) : TaskRuntime(setting)
{
    private ITokenizer? tokenizer;

    /// <inheritdoc/>
    internal override ITokenizer Tokenizer => tokenizer ??= FindTokenizer();

    /// <inheritdoc/>
    internal override IModel Initialise(ModelShape shape, Seed seed) =>
        Decoder.Initialise(shape, Setting.Compute, seed);

    /// <inheritdoc/>
    internal override IModel Initialise(GoldTraining training, Seed seed) =>
        Initialise(training.Model with { Vocabulary = Tokenizer.Size }, seed);

    /// <inheritdoc/>
    internal override void Save(string entry, IModel model, ITokenizer own) =>
        ModelFolder.Save(Path.Combine(entry, ModelFolder.NameInStore), (Decoder)model, own);

    /// <inheritdoc/>
    internal override IModel Load(string entry, ModelShape shape) =>
        ModelFolder.LoadModel(Path.Combine(entry, ModelFolder.NameInStore), Setting.Compute);

    /// <inheritdoc/>
    internal override IReadingTeacher TeacherOf(IPredictor model, ITokenizer own) =>
        new LocalTeacher((ILanguageModel)model, own, Setting.Clock);

    private ITokenizer FindTokenizer()
    {
        var first = Spec.Teachers[0];
        if (first.Checkpoint is not null || first.Onnx is not null)
            return Setting.Files.LoadTokenizer(first);
        return (first.Endpoint?.Tokenizer ?? first.Traces?.Tokenizer) is { } named
            ? Setting.Files.LoadTokenizer(named, 0)
            : new CharacterTokenizer(CharacterVocabulary.Of(Spec.Tasks.Select(task => task.Task)).Characters);
    }
}
