using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Lab.Teachers;
using Bench.Lab.Tensors;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Signals;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;
using static TorchSharp.torch;

namespace Bench.Lab.Training;

/// <summary>
/// Batches that the student writes while it learns, scored by the teacher as they come (Agarwal et al. 2024, GKD,
/// algorithm 1): with probability λ the student's own, else the teacher's text. Its own may be replayed from a buffer
/// of the latest (Ko et al. 2024, DistiLLM, section 3.2). All of it is paid for: what the student writes by the
/// student, what the teacher reads by the teacher, again whenever it is read again.
/// </summary>
internal sealed class OnPolicyCurriculum : ICurriculum
{
    private static readonly SamplingSpec Plainly = new(1);

    private readonly OnPolicy signal;
    private readonly double teacherMix;
    private readonly Decoder student;
    private readonly ILiveTeacher teacher;
    private readonly StudentObjective objective;
    private readonly IReadOnlyList<int[]> prompts;
    private readonly Lesson? text;
    private readonly OptimiserSpec optimiser;
    private readonly TimeProvider clock;
    private readonly Seed seed;
    private readonly int limit;
    private readonly int end;
    private readonly RandomStream choices;
    private readonly IEnumerator<int[]> promptOrder;
    private readonly IEnumerator<int[]>? textOrder;
    private readonly List<Sequence> buffer = [];
    private readonly HashSet<int> used = [];
    private Source next;
    private long steps;

    /// <param name="method">Its signal says λ and replay, its objective the teacher's share in what is drawn.</param>
    /// <param name="student">The model that writes and learns.</param>
    /// <param name="teacher">The model that scores.</param>
    /// <param name="objective">The loss.</param>
    /// <param name="prompts">The prompts to write about.</param>
    /// <param name="limit">The most tokens of a response.</param>
    /// <param name="end">The token that ends a response; −1 for none.</param>
    /// <param name="text">The teacher's text, where λ is below 1.</param>
    /// <param name="optimiser">The size of a batch and its parts.</param>
    /// <param name="seed">Of prompts, choices and draws.</param>
    /// <param name="clock">The time.</param>
    internal OnPolicyCurriculum(
        MethodSpec method,
        Decoder student,
        ILiveTeacher teacher,
        StudentObjective objective,
        IReadOnlyList<int[]> prompts,
        int limit,
        int end,
        Lesson? text,
        OptimiserSpec optimiser,
        Seed seed,
        TimeProvider clock
    )
    {
        if (prompts.Count == 0)
            throw new LabException("there is nothing to write about: no prompt");
        (signal, teacherMix) = ((OnPolicy)method.Signal, method.TeacherMix);
        (this.student, this.teacher, this.objective, this.prompts) = (student, teacher, objective, prompts);
        (this.text, this.optimiser, this.seed, this.clock, this.limit, this.end) = (
            text,
            optimiser,
            seed,
            clock,
            limit,
            end
        );
        choices = seed.Stream("on-policy");
        promptOrder = BatchOrder
            .Endless([.. prompts.Select(prompt => prompt.Length)], optimiser.Batch, seed)
            .GetEnumerator();
        promptOrder.MoveNext();
        textOrder = text is null
            ? null
            : BatchOrder
                .Endless([.. text.Sequences.Select(sequence => sequence.Processed)], optimiser.Batch, seed)
                .GetEnumerator();
        textOrder?.MoveNext();
        Choose();
    }

    private enum Source
    {
        Fresh,
        Replayed,
        Teacher,
    }

    public IReadOnlySet<int> Used => used;

    /// <summary>A response that is not written yet may become as long as it is allowed to.</summary>
    public StepCost NextAtMost
    {
        get
        {
            var members = next == Source.Teacher ? textOrder!.Current : promptOrder.Current;
            var time = next switch
            {
                Source.Teacher => members.Max(member => text!.Sequences[member].Processed),
                Source.Replayed => buffer.Max(sequence => sequence.Processed),
                _ => members.Max(member => prompts[member].Length) + limit - 1,
            };
            return Cost(
                next,
                members,
                time,
                members.Length * (next == Source.Fresh ? ModelFlops.Forward(student.Shape, time) : Flops.Zero),
                (long)members.Length * time,
                members.Length * time
            );
        }
    }

    public TrainingStep Next()
    {
        var members = next == Source.Teacher ? textOrder!.Current : promptOrder.Current;
        var writing = Flops.Zero;
        IReadOnlyList<Sequence> sequences;
        switch (next)
        {
            case Source.Teacher:
                sequences = [.. members.Select(member => text!.Sequences[member])];
                break;
            case Source.Replayed:
                sequences = [.. members.Select(_ => buffer[choices.Next(buffer.Count)])];
                break;
            default:
                using (NewDisposeScope())
                    (sequences, writing) = Write(members);
                Remember(sequences);
                promptOrder.MoveNext();
                break;
        }

        var time = sequences.Max(sequence => sequence.Processed);
        var cost = Cost(
            next,
            members,
            time,
            writing,
            sequences.Sum(sequence => (long)sequence.ResponseLength),
            sequences.Count * time
        );
        if (next == Source.Teacher)
        {
            used.UnionWith(members);
            textOrder!.MoveNext();
        }

        steps++;
        Choose();
        return new TrainingStep(
            cost,
            [
                .. sequences
                    .Chunk((sequences.Count + optimiser.MicroBatches - 1) / optimiser.MicroBatches)
                    .Select(part => (Func<TrainingBatch>)(() => Scored(part, time))),
            ]
        );
    }

    private TrainingBatch Scored(IReadOnlyList<Sequence> sequences, int time)
    {
        var batch = BatchBuilder.Of(sequences, time, student.Compute);
        return batch with
        {
            Teacher = new TeacherDistribution.Dense(teacher.Logits(batch.Ids, batch.Rows).contiguous()),
        };
    }

    private (IReadOnlyList<Sequence> Sequences, Flops Spent) Write(int[] members)
    {
        var begun = members.Select(member => prompts[member]).ToArray();
        Func<int, int, IDecoding> begin =
            teacherMix > 0
                ? (rows, positions) =>
                    new MixedDecoding(teacher.Begin(rows, positions), student.Begin(rows, positions), teacherMix)
                : student.Begin;
        var (responses, charge) = new TextGenerator(student.Shape, student.Compute.Device, begin, clock).Continue(
            begun,
            limit,
            end,
            Plainly,
            new Seed((long)(seed.Stream($"written/{steps}").NextBits() >> 1)),
            ChargeKind.StudentTraining
        );
        return (
            [.. begun.Zip(responses, (prompt, response) => new Sequence([.. prompt, .. response], prompt.Length))],
            charge.Flops
        );
    }

    private void Remember(IReadOnlyList<Sequence> sequences)
    {
        buffer.AddRange(sequences);
        if (buffer.Count > signal.Replay)
            buffer.RemoveRange(0, buffer.Count - Math.Max(signal.Replay, 0));
    }

    private void Choose() =>
        next =
            textOrder is not null && choices.NextDouble() >= signal.Lambda ? Source.Teacher
            : signal.Replay > 0 && buffer.Count >= optimiser.Batch && choices.NextDouble() >= signal.Fresh
                ? Source.Replayed
            : Source.Fresh;

    // The teacher reads the whole batch; where it takes part in the writing it has read it once before.
    private StepCost Cost(Source source, int[] members, int time, Flops writing, long lossTokens, long processed)
    {
        // Text is asked for once; whatever a batch holds is scored anew.
        var asked = source == Source.Teacher ? text!.QueriesEach * members.Count(member => !used.Contains(member)) : 0;
        var readings = source == Source.Fresh && teacherMix > 0 ? 2 : 1;
        var ahead = source == Source.Teacher ? TeacherWork.Of(text!, members, used) : default;
        var live = members.Length * readings * ModelFlops.Forward(teacher.Shape, time);
        return new StepCost(
            Student: members.Length * ModelFlops.Training(student.Shape, time) + writing,
            Teacher: ahead.Written + ahead.Read + live,
            LossTokens: lossTokens,
            ProcessedTokens: processed,
            Examples: members.Length
        )
        {
            Live = live,
            Written = ahead.Written,
            LiveTokens = (long)members.Length * readings * time,
            Queries = members.Length + asked,
        };
    }
}
