using Bench.Lab.Evaluation;
using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Tasks;

/// <summary>The teacher's own text: windows of one length that it writes from the begin token on.</summary>
internal sealed class OwnTextRuntime(TaskSetting setting) : TextRuntime(setting)
{
    private string Name => Spec.Tasks[0].Name;

    private int Window => Spec.Tasks[0].Task.WindowTokens;

    /// <inheritdoc/>
    internal override IReadOnlyList<Sequence> Gold(GoldTraining training, ITokenizer tokenizer) =>
        throw new NotSupportedException("free text has no gold solutions");

    /// <inheritdoc/>
    internal override IReadOnlyList<Sequence> Gold(MethodSpec method, ITokenizer tokenizer) =>
        throw new NotSupportedException("free text has no gold solutions");

    /// <summary>
    /// The opening again and again. A window runs on through the ends of stories: all windows have one length.
    /// </summary>
    internal override Assignment Assign(
        SamplingSpec sampling,
        IReadOnlyDictionary<string, double>? shares,
        int count,
        ITokenizer tokenizer
    ) =>
        new()
        {
            Prompts = [.. Enumerable.Repeat(Opening(tokenizer), count)],
            Limit = Window,
            End = -1,
        };

    /// <summary>
    /// Writes the teacher's own text, held out from what students train on by its seed. Its bits per token are its
    /// entropy, which no student can beat on average.
    /// </summary>
    internal override (IReadOnlyList<TaskScores> Scores, Charge Charge) MeasureTeacher(
        IPredictor model,
        ITokenizer tokenizer,
        SamplingSpec sampling,
        string entry
    )
    {
        var (predictions, charge) = Windows(
            (ILanguageModel)model,
            tokenizer,
            sampling,
            Spec.Evaluation.Split,
            Spec.Evaluation.Items,
            entry
        );
        if (Spec.Tuning is { } tuning)
            charge = charge.Plus(
                Windows((ILanguageModel)model, tokenizer, sampling, Split.Validation, tuning.Items, entry).Charge
            );
        var agreement = new TaskScores(Name, Metric.Agreement.Name, [.. predictions.Select(_ => 1.0)]);
        return ([TaskEvaluator.BitsPerToken(Name, predictions), agreement], charge);
    }

    /// <summary>Another form of a teacher is measured on what that teacher wrote.</summary>
    internal override (IReadOnlyList<TaskScores> Scores, Charge Charge) MeasureForm(
        ILanguageModel model,
        ITokenizer tokenizer,
        string source,
        string entry
    ) => Imitate(model, tokenizer, Spec.Evaluation, source);

    /// <inheritdoc/>
    internal override (IReadOnlyList<TaskScores> Scores, Charge Charge) Measure(
        TrainingUnit unit,
        IModel model,
        ITokenizer tokenizer,
        string? teacher
    ) => Imitate((ILanguageModel)model, tokenizer, unit.Evaluation, teacher!);

    /// <summary>Free text has no prompt: all of it is the response.</summary>
    internal override IReadOnlyList<Sequence> ThroughWords(string path, IReadOnlyList<Sequence> written)
    {
        TraceFile.Write(path, written.Select(sequence => ("", Tokenizer.Decode(sequence.Tokens))));
        return
        [
            .. TraceFile
                .Read(path)
                .Select(trace => new Sequence([.. Opening(Tokenizer), .. Tokenizer.Encode(trace.Response)], 1)),
        ];
    }

    // The beginning of free text: the token that begins a sequence, or that which ends one where there is no other.
    private static int[] Opening(ITokenizer tokenizer) => [tokenizer.Begin ?? tokenizer.End];

    private (IReadOnlyList<TaskScores> Scores, Charge Charge) Imitate(
        ILanguageModel model,
        ITokenizer tokenizer,
        EvaluationSpec evaluation,
        string teacher
    )
    {
        var windows = SequenceFile.Read(Path.Combine(teacher, EntryNames.HeldOut(evaluation.Split)));
        var choices = SequenceFile.Read(Path.Combine(teacher, EntryNames.Choices(evaluation.Split)));
        return new TaskEvaluator(Spec.Tasks, evaluation, Setting.Problems, tokenizer, Setting.Clock).Imitate(
            model,
            Name,
            windows,
            [.. choices.Select(choice => choice.Tokens)]
        );
    }

    private (IReadOnlyList<TokenPredictions> Predictions, Charge Charge) Windows(
        ILanguageModel model,
        ITokenizer tokenizer,
        SamplingSpec sampling,
        Split split,
        int items,
        string entry
    )
    {
        var (teacher, asked) = (TeacherOf(model, tokenizer), Assign(sampling, null, items, tokenizer));
        var (responses, writing) = teacher.Write(
            asked.Prompts,
            asked.Limit,
            asked.End,
            sampling,
            TaskSeeds.HeldOut(split),
            ChargeKind.Evaluation,
            Setting.Counting("writing", items)
        );
        Sequence[] windows =
        [
            .. asked.Prompts.Zip(
                responses,
                (prompt, response) => new Sequence([.. prompt, .. response], prompt.Length)
            ),
        ];
        var (predictions, scoring) = teacher.Predict(windows, ChargeKind.Evaluation);
        SequenceFile.Write(Path.Combine(entry, EntryNames.HeldOut(split)), windows);
        SequenceFile.Write(
            Path.Combine(entry, EntryNames.Choices(split)),
            [.. predictions.Select(prediction => new Sequence(prediction.MostLikely, 0))]
        );
        return (predictions, writing.Plus(scoring));
    }
}
