using Bench.Protocol.Grading;
using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// Any order of given digits: a question with many right answers. Gold answers are drawn evenly from all orders, so
/// what a model that has learnt them writes has the entropy of that draw, and one that has narrowed writes less.
/// </summary>
[Named("arrangement", "any order of given digits: many answers are right")]
public sealed record Arrangement : ProceduralTask
{
    [Key("length", "digits to arrange", Low = 2, High = 20)]
    public int Length { get; init; } = 5;

    public override string Alphabet => "0123456789mix=";

    /// <inheritdoc/>
    public override bool HasOneAnswer => false;

    public override Problem Draw(RandomStream random)
    {
        var digits = Enumerable.Range(0, Length).Select(_ => (char)('0' + random.Next(10))).ToArray();
        var order = random.Permutation(Length);
        return new Problem($"mix{new string(digits)}=", "", new string([.. order.Select(place => digits[place])]));
    }

    /// <inheritdoc/>
    public override double Grade(Problem problem, string response) =>
        Answers.Final(response).Order().SequenceEqual(problem.Answer.Order()) ? 1 : 0;
}
