using Bench.Lab.Models;
using Bench.Lab.Teachers;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;

namespace Bench.Lab.Tasks;

/// <summary>
/// The laboratory's part of an experiment's tasks: models that read them, the training material, the questions to a
/// teacher, and scores. There is a class for each <see cref="Protocol.Tasks.TaskContent"/> but one for all problems
/// with gold solutions.
/// </summary>
internal abstract class TaskRuntime(TaskSetting setting)
{
    private protected TaskSetting Setting { get; } = setting;

    private protected ExperimentSpec Spec => Setting.Spec;

    /// <summary>The tokenizer of the experiment: the teacher's, or one made from the tasks' alphabets.</summary>
    internal abstract ITokenizer Tokenizer { get; }

    /// <summary>A model with random weights.</summary>
    internal abstract IModel Initialise(ModelShape shape, Seed seed);

    /// <summary>A model with random weights that is trained on gold solutions as such training says.</summary>
    internal abstract IModel Initialise(GoldTraining training, Seed seed);

    /// <summary>Writes a model and its tokenizer into a unit's folder in the store.</summary>
    internal abstract void Save(string entry, IModel model, ITokenizer tokenizer);

    /// <summary>Loads the model that a unit left in the store.</summary>
    internal abstract IModel Load(string entry, ModelShape shape);

    /// <summary>A teacher that runs in this process.</summary>
    internal abstract IReadingTeacher TeacherOf(IPredictor model, ITokenizer tokenizer);

    /// <summary>The gold solutions that a model trained here learns from.</summary>
    internal abstract IReadOnlyList<Sequence> Gold(GoldTraining training, ITokenizer tokenizer);

    /// <summary>The gold solutions of the pool of prompts.</summary>
    internal abstract IReadOnlyList<Sequence> Gold(MethodSpec method, ITokenizer tokenizer);

    /// <summary>The prompts of the pool's responses.</summary>
    /// <param name="sampling">How it writes, and which responses are kept.</param>
    /// <param name="shares">Shares of the prompts by task; null for equal ones.</param>
    /// <param name="count">How many prompts, where there is only one that is asked again and again.</param>
    /// <param name="tokenizer">Of the prompts and the responses.</param>
    internal abstract Assignment Assign(
        SamplingSpec sampling,
        IReadOnlyDictionary<string, double>? shares,
        int count,
        ITokenizer tokenizer
    );

    /// <summary>Measures a teacher, and keeps in its folder what students are compared with.</summary>
    internal abstract (IReadOnlyList<TaskScores> Scores, Charge Charge) MeasureTeacher(
        IPredictor model,
        ITokenizer tokenizer,
        SamplingSpec sampling,
        string entry
    );

    /// <summary>Measures a teacher that is another one in another form.</summary>
    /// <param name="model">The teacher.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="source">The folder of the teacher that it is another form of.</param>
    /// <param name="entry">Its own folder.</param>
    internal virtual (IReadOnlyList<TaskScores> Scores, Charge Charge) MeasureForm(
        ILanguageModel model,
        ITokenizer tokenizer,
        string source,
        string entry
    ) => MeasureTeacher(model, tokenizer, SamplingSpec.Greedy, entry);

    /// <summary>Measures a teacher that can only be asked; null where nothing is asked of such a teacher.</summary>
    internal virtual (IReadOnlyList<TaskScores> Scores, Charge Charge)? MeasureAsked(ITeacher teacher) => null;

    /// <summary>Measures a student.</summary>
    /// <param name="unit">The student's unit.</param>
    /// <param name="model">The student.</param>
    /// <param name="tokenizer">The student's.</param>
    /// <param name="teacher">The folder of the teacher that it is compared with; null for none.</param>
    internal abstract (IReadOnlyList<TaskScores> Scores, Charge Charge) Measure(
        TrainingUnit unit,
        IModel model,
        ITokenizer tokenizer,
        string? teacher
    );

    /// <summary>A teacher's text after it went through words: written to a file, and read again.</summary>
    internal virtual IReadOnlyList<Sequence> ThroughWords(string path, IReadOnlyList<Sequence> written) =>
        throw new NotSupportedException("these tasks have no words");

    /// <summary>
    /// Makes a training example of a recorded trace; null where its prompt is none of the training problems.
    /// </summary>
    internal virtual Func<(string Prompt, string Response), Sequence?> Recorded() =>
        throw new NotSupportedException("these tasks have no recorded traces");
}
