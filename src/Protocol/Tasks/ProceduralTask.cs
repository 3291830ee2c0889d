using Bench.Protocol.Grading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// A task whose problems are drawn by a program, with gold reasoning and an exact answer.
/// A subclass is one file; the catalogue finds it by its <see cref="TaskKindAttribute"/>.
/// </summary>
public abstract record ProceduralTask : SolvableTask
{
    /// <summary>Every character that prompts, reasoning and answers may hold.</summary>
    public abstract string Alphabet { get; }

    /// <summary>Draws one problem.</summary>
    public abstract Problem Draw(RandomStream random);

    /// <inheritdoc/>
    public override double Grade(Problem problem, string response) => Answers.Final(response) == problem.Answer ? 1 : 0;
}
