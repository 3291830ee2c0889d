using Bench.Lab.Models;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Plans;
using Bench.Protocol.Signals;
using Bench.Protocol.Specs;

namespace Bench.Lab.UnitExecution;

/// <summary>
/// Decides which prompts of the pool a teacher is asked. The least confident choice begins with a quarter of the
/// queries at random and doubles twice: each time a student is trained on what has been asked, answers some of the
/// others itself, and those to which it finds its own answer least likely are asked next. It never looks at a response
/// before its prompt is asked.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="unit">The student's unit, with a budget in queries.</param>
/// <param name="tokenizer">The student's.</param>
/// <param name="train">Trains a student from its start with some of the queries in some order, and says what that
/// cost.</param>
internal sealed class PromptChooser(
    UnitSession session,
    TrainingUnit unit,
    ITokenizer tokenizer,
    Func<TrainingUnit, int[], (Decoder Model, Charge Spent)> train
)
{
    /// <summary>Candidates for each prompt that is chosen.</summary>
    private const int CandidatesEach = 4;

    /// <summary>The pool's places in the order in which they are asked, and what choosing spent.</summary>
    internal (int[] Order, IReadOnlyList<Charge> Spent) Order()
    {
        var pool = session.ReadText(unit.Needs.OfType<TextUnit>().Single());
        var order = unit.Draws.Stream("prompts").Permutation(pool.Count);
        if (unit.Method!.Choose == PromptChoice.Random)
            return (order, []);
        var (spent, queries) = (new List<Charge>(), (int)Math.Min(unit.Budget!.Amount, pool.Count));
        var limit = session.Tasks.Assign(SamplingSpec.Greedy, unit.Method.Shares, pool.Count, tokenizer).Limit;
        for (var asked = (queries + 3) / 4; asked < queries; )
        {
            var next = Math.Min(2 * asked, queries);
            var (model, charge) = train(unit with { Budget = unit.Budget with { Amount = asked } }, order);
            using var owned = model;
            var candidates = order[asked..Math.Min(order.Length, asked + CandidatesEach * (next - asked))];
            var (likelihoods, reading) = OwnAnswers(
                model,
                [.. candidates.Select(place => pool[place].Tokens[..pool[place].Start])],
                limit
            );
            var chosen = candidates
                .Select((place, i) => (place, likelihoods[i]))
                .OrderBy(entry => entry.Item2)
                .Take(next - asked)
                .Select(entry => entry.place)
                .ToHashSet();
            order =
            [
                .. order[..asked],
                .. order[asked..].Where(chosen.Contains),
                .. order[asked..].Where(place => !chosen.Contains(place)),
            ];
            spent.AddRange([charge, reading]);
            asked = next;
        }

        return (order, spent);
    }

    // The log-probability of the student's most likely answer to each prompt.
    private (IReadOnlyList<double> LogProbabilities, Charge Charge) OwnAnswers(
        Decoder model,
        IReadOnlyList<int[]> prompts,
        int limit
    )
    {
        var (responses, writing) = new TextGenerator(model, session.Clock).Continue(
            prompts,
            limit,
            tokenizer.End,
            SamplingSpec.Greedy,
            default,
            ChargeKind.StudentTraining
        );
        var (scores, reading) = new SequenceReader(model, session.Clock).Predict(
            [.. prompts.Zip(responses, (prompt, response) => new Sequence([.. prompt, .. response], prompt.Length))],
            ChargeKind.StudentTraining
        );
        return ([.. scores.Select(score => score.LogProbabilities.Sum(value => (double)value))], writing.Plus(reading));
    }
}
