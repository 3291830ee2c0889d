using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;

namespace Bench.Lab.Training;

/// <summary>Batches of a lesson that was prepared before, epoch after epoch.</summary>
internal sealed class PreparedCurriculum : ICurriculum
{
    private readonly Lesson lesson;
    private readonly StudentObjective objective;
    private readonly ModelShape shape;
    private readonly Compute compute;
    private readonly OptimiserSpec optimiser;
    private readonly IEnumerator<int[]> order;
    private readonly HashSet<int> used = [];

    /// <exception cref="LabException">The lesson is empty.</exception>
    internal PreparedCurriculum(
        Lesson lesson,
        StudentObjective objective,
        ModelShape shape,
        Compute compute,
        OptimiserSpec optimiser,
        Seed seed
    )
    {
        if (lesson.Sequences.Count == 0)
            throw new LabException("there is nothing to learn from: no training example");
        (this.lesson, this.objective, this.shape, this.compute, this.optimiser) = (
            lesson,
            objective,
            shape,
            compute,
            optimiser
        );
        order = BatchOrder
            .Endless([.. lesson.Sequences.Select(sequence => sequence.Processed)], optimiser.Batch, seed)
            .GetEnumerator();
        order.MoveNext();
    }

    public StepCost NextAtMost => CostOf(order.Current);

    public IReadOnlySet<int> Used => used;

    public TrainingStep Next()
    {
        var members = order.Current;
        var cost = NextAtMost;
        used.UnionWith(members);
        order.MoveNext();
        return new TrainingStep(
            cost,
            [
                .. members
                    .Chunk((members.Length + optimiser.MicroBatches - 1) / optimiser.MicroBatches)
                    .Select(part => (Func<TrainingBatch>)(() => BatchBuilder.Of(lesson, part, Time(members), compute))),
            ]
        );
    }

    private int Time(int[] members) => members.Max(member => lesson.Sequences[member].Processed);

    private StepCost CostOf(int[] members) =>
        CostOf(members, Time(members), members.Sum(member => (long)lesson.Sequences[member].ResponseLength));

    private StepCost CostOf(int[] members, int time, long lossTokens)
    {
        var ahead = TeacherWork.Of(lesson, members, used);
        return new StepCost(
            Student: members.Length * ModelFlops.Training(shape, time)
                + objective.Beside(members.Length, time, lossTokens),
            Teacher: ahead.Written + ahead.Read,
            LossTokens: lossTokens,
            ProcessedTokens: (long)members.Length * time,
            Examples: members.Length
        )
        {
            Written = ahead.Written,
            Queries = lesson.QueriesEach * members.Count(member => !used.Contains(member)),
        };
    }
}
