using System.Text.Json;
using Bench.Protocol.Grading;
using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// A published benchmark: problems in files of JSON Lines. What is trained and tuned on comes from its training file, divided by the problems' texts; what is tested on, from its test file.
/// A subclass is one file; it names the files, reads a line and chooses the grader.
/// </summary>
public abstract record BenchmarkTask : SolvableTask
{
    // What the makers of DeepSeek-R1 recommend for mathematics.
    private const string DeepSeek = "Please reason step by step, and put your final answer within \\boxed{}.";

    /// <summary>The options that all benchmarks share.</summary>
    protected BenchmarkTask(TaskOptions options)
    {
        Instruction = options.Text("instruction", DeepSeek);
        Ask = options.Choice("ask", "chat", "chat", "plain");
        MaxTokens = options.Integer("max-tokens", 2048, 1, 1 << 20);
        PromptTokens = options.Integer("prompt-tokens", 150, 1, 1 << 20);
        ResponseTokens = options.Integer("response-tokens", 500, 1, 1 << 20);
        AnswerTokens = options.Integer("answer-tokens", 12, 1, 1 << 20);
    }

    /// <inheritdoc/>
    public override Inputs Inputs => new() { { "instruction", Instruction }, { "ask", Ask }, { "max-tokens", MaxTokens } };

    /// <summary>What is added to every problem.</summary>
    public string Instruction { get; }

    /// <summary>chat: as a user's message, in the model's chat template; plain: as it stands.</summary>
    public string Ask { get; }

    /// <summary>The most tokens of a response.</summary>
    public int MaxTokens { get; }

    /// <summary>Tokens of a prompt on average: what a plan counts with.</summary>
    public int PromptTokens { get; }

    /// <summary>Tokens of a response with its reasoning on average: what a plan counts with.</summary>
    public int ResponseTokens { get; }

    /// <summary>Tokens of a final answer on average: what a plan counts with.</summary>
    public int AnswerTokens { get; }

    /// <summary>Problems to learn from and to tune on; null where the benchmark has none.</summary>
    public abstract FileReference? TrainingFile { get; }

    /// <summary>Problems to test on.</summary>
    public abstract FileReference TestFile { get; }

    /// <summary>How answers are found and compared.</summary>
    protected abstract IGrader Grader { get; }

    /// <inheritdoc/>
    public override double Grade(Problem problem, string response) => Grader.Grade(response, problem.Answer).Correct ? 1 : 0;

    /// <summary>A line of a file.</summary>
    /// <exception cref="FormatException">It is no problem of this benchmark.</exception>
    public Problem Read(JsonElement line)
    {
        var (question, reasoning, answer) = Parts(line);
        return new Problem(Instruction.Length > 0 ? $"{question}\n\n{Instruction}" : question, reasoning, answer) { IsMessage = Ask == "chat", Limit = MaxTokens };
    }

    /// <summary>A problem without the instruction.</summary>
    public string QuestionOf(Problem problem) => (Instruction.Length > 0 ? problem.Prompt[..^(Instruction.Length + 2)] : problem.Prompt).Trim();

    /// <summary>Up to a number of problems of a split out of a file's, in an order that the seed decides.</summary>
    /// <param name="problems">All problems of the training file, or of the test file.</param>
    /// <param name="split">The split.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Of the order.</param>
    public static IReadOnlyList<Problem> Choose(IReadOnlyList<Problem> problems, Split split, int count, Seed seed)
    {
        // What stands twice in a file is one problem.
        var own = problems.DistinctBy(problem => problem.Prompt).Where(problem => split == Split.Test || (ProblemSets.SplitOf(problem.Prompt) == Split.Validation) == (split == Split.Validation)).ToArray();
        return [.. seed.Stream($"problems/{split}").Permutation(own.Length).Take(count).Select(i => own[i])];
    }

    /// <summary>Question, gold reasoning and gold answer of a line.</summary>
    protected abstract (string Question, string Reasoning, string Answer) Parts(JsonElement line);
}
