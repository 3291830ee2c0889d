using Bench.Lab.Models;
using Bench.Lab.Text;
using Bench.Protocol.Grading;
using Bench.Protocol.Signals;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Evaluation;

/// <summary>Problems as tokens.</summary>
internal static class Examples
{
    /// <summary>How much longer than the longest gold response a response may be.</summary>
    private const int Slack = 8;

    /// <summary>The begin token and the prompt, or the prompt as a user's message.</summary>
    internal static int[] Prompt(ITokenizer tokenizer, Problem problem) =>
        problem.IsMessage ? tokenizer.Ask(problem.Prompt) : tokenizer.Start(problem.Prompt);

    /// <summary>A problem with its gold response and the end token.</summary>
    internal static Sequence Gold(ITokenizer tokenizer, Problem problem, Keep keep)
    {
        var prompt = Prompt(tokenizer, problem);
        var response = keep == Keep.Answer ? problem.Answer : Answers.WithReasoning(problem.Reasoning, problem.Answer);
        return new Sequence([.. prompt, .. tokenizer.Encode(response), tokenizer.End], prompt.Length);
    }

    /// <summary>The same problem with only the teacher's final answer.</summary>
    internal static Sequence AnswerOnly(ITokenizer tokenizer, Sequence trace)
    {
        var answer = Answers.Final(tokenizer.Decode(trace.Tokens[trace.Start..]));
        return new Sequence([.. trace.Tokens[..trace.Start], .. tokenizer.Encode(answer), tokenizer.End], trace.Start);
    }

    /// <summary>
    /// The same problem with only the teacher's reasoning after an opening tag that belongs to the prompt; empty where
    /// it shows none.
    /// </summary>
    /// <param name="written">The tokenizer of the trace.</param>
    /// <param name="tokenizer">The tokenizer of the result.</param>
    /// <param name="trace">The teacher's response.</param>
    /// <param name="label">The problem in the result's tokens.</param>
    internal static Sequence RationaleOnly(ITokenizer written, ITokenizer tokenizer, Sequence trace, Sequence label)
    {
        var reasoning = Answers.Reasoning(written.Decode(trace.Tokens[trace.Start..]));
        int[] prompt = [.. label.Tokens[..label.Start], .. tokenizer.Encode(Answers.ThinkOpen)];
        return new Sequence([.. prompt, .. tokenizer.Encode(reasoning + Answers.ThinkClose)], prompt.Length);
    }

    /// <summary>
    /// The most tokens that a response to such problems may take: what they say, or the longest gold one, the end
    /// token, and some slack.
    /// </summary>
    internal static int ResponseLimit(IEnumerable<Problem> problems) =>
        problems.Max(problem =>
            problem.Limit > 0
                ? problem.Limit
                : CharacterVocabulary.Length(Answers.WithReasoning(problem.Reasoning, problem.Answer))
        )
        + 1
        + Slack;
}
