using System.Text.Json;
using Bench.Protocol.Grading;
using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Tasks;

/// <summary>
/// A published benchmark: problems in files of JSON Lines. Training and tuning problems come from its training file,
/// divided by the problems' texts; test problems come from its test file. A subclass is one file; it names the files,
/// reads a line and chooses the grader.
/// </summary>
public abstract record BenchmarkTask : SolvableTask
{
    /// <summary>
    /// A sentence added to every problem. The default is the one that DeepSeek-R1's makers recommend for mathematics.
    /// </summary>
    [Key("instruction", "a sentence added to every problem")]
    public string Instruction { get; init; } =
        "Please reason step by step, and put your final answer within \\boxed{}.";

    /// <summary>How a problem is put to a model.</summary>
    [Key("ask", "chat: as a user's message in the model's chat template; plain: as it stands")]
    public Asking Ask { get; init; }

    /// <summary>The most tokens of a response.</summary>
    [Key("max-tokens", "the most tokens of a response", Low = 1, High = 1 << 20)]
    public int MaxTokens { get; init; } = 2048;

    /// <summary>Tokens of a prompt on average: what a plan counts with.</summary>
    [Key("prompt-tokens", "tokens of a prompt on average, for the plan", Low = 1, High = 1 << 20, IsInput = false)]
    public int PromptTokens { get; init; } = 150;

    /// <summary>Tokens of a response with its reasoning on average: what a plan counts with.</summary>
    [Key("response-tokens", "tokens of a response on average, for the plan", Low = 1, High = 1 << 20, IsInput = false)]
    public int ResponseTokens { get; init; } = 500;

    /// <summary>Tokens of a final answer on average: what a plan counts with.</summary>
    [Key(
        "answer-tokens",
        "tokens of a final answer on average, for the plan",
        Low = 1,
        High = 1 << 20,
        IsInput = false
    )]
    public int AnswerTokens { get; init; } = 12;

    /// <inheritdoc/>
    public override TaskContent Content => TaskContent.Words;

    /// <inheritdoc/>
    public override bool HasTraining => TrainingFile is not null;

    /// <inheritdoc/>
    public override int? LongestWritten => PromptTokens + MaxTokens;

    /// <summary>Problems to learn from and to tune on; null where the benchmark has none.</summary>
    public abstract FileReference? TrainingFile { get; }

    /// <summary>Problems to test on.</summary>
    public abstract FileReference TestFile { get; }

    /// <summary>How answers are found and compared.</summary>
    protected abstract IGrader Grader { get; }

    /// <summary>A benchmark without a training file has no validation split.</summary>
    public override int? MostProblems(Split split, int wanted) => split != Split.Test && !HasTraining ? 0 : null;

    /// <inheritdoc/>
    public override IEnumerable<SampleLength> Lengths(Keep keep, int count)
    {
        var response = keep == Keep.Answer ? AnswerTokens : ResponseTokens;
        return Enumerable.Repeat(new SampleLength(PromptTokens + response - 1, response), count);
    }

    /// <inheritdoc/>
    public override double Grade(Problem problem, string response) =>
        Grader.Grade(response, problem.Answer).Correct ? 1 : 0;

    /// <summary>A line of a file.</summary>
    /// <exception cref="FormatException">It is no problem of this benchmark.</exception>
    public Problem Read(JsonElement line)
    {
        var (question, reasoning, answer) = Parts(line);
        return new Problem(Instruction.Length > 0 ? $"{question}\n\n{Instruction}" : question, reasoning, answer)
        {
            IsMessage = Ask == Asking.Chat,
            Limit = MaxTokens,
        };
    }

    /// <summary>A problem without the instruction.</summary>
    public string QuestionOf(Problem problem) =>
        (Instruction.Length > 0 ? problem.Prompt[..^(Instruction.Length + 2)] : problem.Prompt).Trim();

    /// <summary>Up to a number of problems of a split out of a file's, in an order that the seed decides.</summary>
    /// <param name="problems">All problems of the training file, or of the test file.</param>
    /// <param name="split">The split.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Of the order.</param>
    public static IReadOnlyList<Problem> Choose(IReadOnlyList<Problem> problems, Split split, int count, Seed seed)
    {
        // A problem that stands twice in a file counts once.
        var own = problems
            .DistinctBy(problem => problem.Prompt)
            .Where(problem =>
                split == Split.Test
                || (ProblemSets.SplitOf(problem.Prompt) == Split.Validation) == (split == Split.Validation)
            )
            .ToArray();
        return [.. seed.Stream($"problems/{split}").Permutation(own.Length).Take(count).Select(i => own[i])];
    }

    /// <summary>Question, gold reasoning and gold answer of a line.</summary>
    protected abstract (string Question, string Reasoning, string Answer) Parts(JsonElement line);
}
