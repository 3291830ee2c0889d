using Bench.Protocol.Grading;
using Bench.Protocol.Seeds;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Tasks;

/// <summary>
/// A task whose problems are drawn by a program, with gold reasoning and an exact answer. A subclass is one file; the
/// catalogue finds it by its name.
/// </summary>
public abstract record ProceduralTask : SolvableTask
{
    /// <inheritdoc/>
    public override TaskContent Content => TaskContent.Characters;

    /// <inheritdoc/>
    public abstract override string Alphabet { get; }

    /// <summary>Draws one problem.</summary>
    public abstract Problem Draw(RandomStream random);

    /// <inheritdoc/>
    public override int? MostProblems(Split split, int wanted) => ProblemSets.Draw(this, split, wanted, default).Count;

    /// <inheritdoc/>
    public override IEnumerable<SampleLength> Lengths(Keep keep, int count) =>
        ProblemSets.Draw(this, Split.Train, count, new Seed(0)).Select(problem => LengthOf(problem, keep));

    /// <inheritdoc/>
    public override double Grade(Problem problem, string response) => Answers.Final(response) == problem.Answer ? 1 : 0;

    private static SampleLength LengthOf(Problem problem, Keep keep)
    {
        var response = keep == Keep.Answer ? problem.Answer : Answers.WithReasoning(problem.Reasoning, problem.Answer);
        var loss = CharacterVocabulary.Length(response) + 1;
        // The begin token is processed and the end token is only predicted.
        return new SampleLength(CharacterVocabulary.Length(problem.Prompt) + loss, loss);
    }
}
