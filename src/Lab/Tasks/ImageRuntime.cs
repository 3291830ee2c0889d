using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Teachers;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Tasks;

/// <summary>
/// Handwritten digits. An image is a sequence of one token, its number, and its class is the one response token:
/// training, signals and scoring are those of text.
/// </summary>
internal sealed class ImageRuntime : TaskRuntime
{
    private const string WeightsName = "perceptron.safetensors";

    private readonly Digits task;
    private readonly ImageTable images;

    internal ImageRuntime(TaskSetting setting)
        : base(setting)
    {
        task = (Digits)Spec.Tasks[0].Task;
        images = ImageTable.Load([.. task.Files.Select(setting.Files.Locate)], Digits.Pixels);
    }

    /// <summary>Images are no text: nothing is spelt.</summary>
    internal override ITokenizer Tokenizer { get; } = new ByteTokenizer();

    /// <inheritdoc/>
    internal override IModel Initialise(ModelShape shape, Seed seed) =>
        Perceptron.Initialise(shape, images, Setting.Compute, seed);

    /// <inheritdoc/>
    internal override IModel Initialise(GoldTraining training, Seed seed)
    {
        var model = Perceptron.Initialise(training.Model, images, Setting.Compute, seed);
        (model.Dropout, model.Jitter) = (training.Dropout, training.Jitter);
        return model;
    }

    /// <inheritdoc/>
    internal override void Save(string entry, IModel model, ITokenizer tokenizer) =>
        SafeTensors.Write(Path.Combine(entry, WeightsName), model.Parameters);

    /// <inheritdoc/>
    internal override IModel Load(string entry, ModelShape shape)
    {
        using var weights = SafeTensors.Open(Path.Combine(entry, WeightsName));
        return Perceptron.FromWeights(shape, images, Setting.Compute, (name, _) => weights.Read(name));
    }

    /// <inheritdoc/>
    internal override IReadingTeacher TeacherOf(IPredictor model, ITokenizer tokenizer) =>
        new ImageTeacher(model, Setting.Clock);

    /// <inheritdoc/>
    internal override IReadOnlyList<Sequence> Gold(GoldTraining training, ITokenizer tokenizer) =>
        WithLabels(Of(Split.Train));

    /// <inheritdoc/>
    internal override IReadOnlyList<Sequence> Gold(MethodSpec method, ITokenizer tokenizer) =>
        WithLabels(TransferSet());

    /// <summary>Each image of the transfer set is to be labelled.</summary>
    internal override Assignment Assign(
        SamplingSpec sampling,
        IReadOnlyDictionary<string, double>? shares,
        int count,
        ITokenizer tokenizer
    ) =>
        new()
        {
            Prompts = [.. TransferSet().Select(image => new[] { image })],
            Limit = 1,
            End = -1,
        };

    /// <inheritdoc/>
    internal override (IReadOnlyList<TaskScores> Scores, Charge Charge) MeasureTeacher(
        IPredictor model,
        ITokenizer tokenizer,
        SamplingSpec sampling,
        string entry
    ) => Measure(model, Spec.Evaluation);

    /// <inheritdoc/>
    internal override (IReadOnlyList<TaskScores> Scores, Charge Charge) Measure(
        TrainingUnit unit,
        IModel model,
        ITokenizer tokenizer,
        string? teacher
    ) => Measure(model, unit.Evaluation);

    private (IReadOnlyList<TaskScores> Scores, Charge Charge) Measure(IPredictor model, EvaluationSpec evaluation)
    {
        var chosen = Of(evaluation.Split).Take(evaluation.Items).ToArray();
        var (predicted, charge) = new SequenceReader(model, Setting.Clock).Predict(
            WithLabels(chosen),
            ChargeKind.Evaluation
        );
        var right = chosen
            .Zip(
                predicted,
                (image, scores) => (Image: image, Score: scores.MostLikely[0] == images.LabelOf(image) ? 1.0 : 0)
            )
            .ToArray();
        var all = new TaskScores(Spec.Tasks[0].Name, Metric.Accuracy.Name, [.. right.Select(entry => entry.Score)]);
        var unseen = right
            .Where(entry => images.LabelOf(entry.Image) == task.Withheld)
            .Select(entry => entry.Score)
            .ToArray();
        return unseen.Length == 0
            ? ([all], charge)
            : ([all, new TaskScores(all.Task, Metric.WithheldAccuracy.Name, unseen)], charge);
    }

    // Every tenth training image is for validation; the others are to learn from.
    private IEnumerable<int> Of(Split split) =>
        split switch
        {
            Split.Train => Enumerable.Range(0, images.Training).Where(image => image % 10 != 9),
            // Choosing a student by a digit that it may not see would show it that digit.
            Split.Validation => Enumerable
                .Range(0, images.Training)
                .Where(image => image % 10 == 9 && images.LabelOf(image) != task.Withheld),
            _ => Enumerable.Range(images.Training, images.Count - images.Training),
        };

    // The images that students see.
    private IReadOnlyList<int> TransferSet() =>
        [.. Of(Split.Train).Where(image => images.LabelOf(image) != task.Withheld).Take(Spec.Prompts)];

    private IReadOnlyList<Sequence> WithLabels(IEnumerable<int> chosen) =>
        [.. chosen.Select(image => new Sequence([image, images.LabelOf(image)], 1))];
}
