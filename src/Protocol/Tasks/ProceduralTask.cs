using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// A task whose problems are drawn by a program, with gold reasoning and an exact answer.
/// A subclass is one file; the catalogue finds it by its <see cref="TaskKindAttribute"/>.
/// </summary>
public abstract record ProceduralTask : ITask
{
    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics { get; } = [Metric.Accuracy];

    /// <summary>Every character that prompts, reasoning and answers may hold.</summary>
    public abstract string Alphabet { get; }

    /// <summary>Draws one problem.</summary>
    public abstract Problem Draw(RandomStream random);

    /// <summary>1 when the response's final answer is the gold answer, else 0.</summary>
    public double Grade(Problem problem, string response) => Answers.Final(response) == problem.Answer ? 1 : 0;
}
