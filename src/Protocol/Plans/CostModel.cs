using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Protocol.Units;

namespace Bench.Protocol.Plans;

/// <summary>
/// Predicts what units cost from shapes and from the lengths of a sample of gold solutions, batched as training batches them.
/// A model that has learnt its task writes as much as the gold solution, so its lengths serve for generation too.
/// </summary>
public sealed class CostModel
{
    /// <summary>What one process is assumed to sustain where the machine was not measured, in FLOP/s.</summary>
    public const double AssumedFlopsPerSecond = 2e10;

    private const long RuntimeBytes = 250L << 20;

    private readonly ExperimentSpec spec;
    private readonly ModelShape teacher;
    private readonly Dictionary<Keep, SampleLength[]> samples = [];

    public CostModel(ExperimentSpec spec, ModelShape teacher)
    {
        this.spec = spec;
        this.teacher = teacher;
    }

    internal Prediction Teacher()
    {
        var charges = new List<Charge>();
        if (spec.Teacher.Training is { } training)
        {
            var perExample = PaddedTraining(teacher, Keep.Trace, training.Optimiser.Batch);
            var examples = training.Tokens / perExample.Tokens;
            charges.Add(Spend(ChargeKind.TeacherTraining, training.Tokens, examples * perExample.Flops));
        }

        charges.Add(Spend(ChargeKind.Evaluation, Items * Mean(Keep.Trace, length => length), Items * Mean(Keep.Trace, length => ModelFlops.Forward(teacher, length).Value)));
        return new Prediction(charges, Memory(teacher, spec.Teacher.Training?.Optimiser.Batch ?? spec.Training.Batch));
    }

    internal Prediction Text() => new([Spend(ChargeKind.TeacherGeneration, spec.Prompts * Mean(Keep.Trace, l => l), spec.Prompts * GenerationFlops)], Memory(teacher, 64));

    internal Prediction TopK(MethodSpec method) =>
        new([Spend(ChargeKind.TeacherScoring, spec.Prompts * Mean(method.Keep, l => l), spec.Prompts * ScoringFlops(method))], Memory(teacher, 64));

    internal Prediction Student(ModelShape student, MethodSpec? method, Budget? budget)
    {
        var keep = method?.Keep ?? Keep.Trace;
        var evaluation = Spend(ChargeKind.Evaluation, Items * Mean(keep, l => l), Items * Mean(keep, l => ModelFlops.Forward(student, l).Value));
        if (method is null || budget is null) return new Prediction([evaluation], Memory(student, spec.Training.Batch));

        var (flops, padded) = PaddedTraining(student, keep, spec.Training.Batch);
        var teacherFlops = method.IsBaseline ? 0 : GenerationFlops + (method.Signal == SignalKind.TopK ? ScoringFlops(method) : 0);
        var batch = Math.Min(spec.Training.Batch, spec.Prompts);
        var examples = Math.Floor(Examples(budget, flops, teacherFlops, Sample(keep).Average(length => length.Response)) / batch) * batch;
        var unique = Math.Min(examples, budget.Unit == BudgetUnit.Queries ? Math.Min(budget.Amount, spec.Prompts) : spec.Prompts);
        var charges = new List<Charge> { Spend(ChargeKind.StudentTraining, examples * padded, examples * flops), evaluation };
        if (!method.IsBaseline) charges.Add(Spend(ChargeKind.TeacherGeneration, unique * Mean(Keep.Trace, l => l), unique * GenerationFlops));
        if (method.Signal == SignalKind.TopK) charges.Add(Spend(ChargeKind.TeacherScoring, unique * Mean(keep, l => l), unique * ScoringFlops(method)));
        if (!method.IsBaseline && spec.Boundary.Contains(ChargeKind.TeacherTraining)) charges.AddRange(Teacher().Charges.Where(charge => charge.Kind == ChargeKind.TeacherTraining));
        // Teacher work is done once by its own unit: only training and evaluation take this process's time.
        return new Prediction([.. charges.Select(charge => charge.Kind is ChargeKind.StudentTraining or ChargeKind.Evaluation ? charge : charge with { Seconds = default })],
            Memory(student, spec.Training.Batch) + SignalBytes(method));
    }

    private double Examples(Budget budget, double flops, double teacherFlops, double lossTokens)
    {
        // The teacher's work is paid for once for each distinct example.
        double Until(double amount, double each, double first)
        {
            var withinPool = amount / (each + first);
            return withinPool <= spec.Prompts ? withinPool : spec.Prompts + (amount - spec.Prompts * (each + first)) / each;
        }

        return budget.Unit switch
        {
            BudgetUnit.StudentFlops => budget.Amount / flops,
            BudgetUnit.TotalFlops => Until(budget.Amount, flops, teacherFlops),
            BudgetUnit.Usd => Until(budget.Amount, spec.Prices.Cost(new Flops(flops)).Value, spec.Prices.Cost(new Flops(teacherFlops)).Value),
            BudgetUnit.Tokens => budget.Amount / lossTokens,
            BudgetUnit.Examples => budget.Amount,
            BudgetUnit.Queries => Math.Min(budget.Amount, spec.Prompts) * spec.Epochs,
            BudgetUnit.Seconds => budget.Amount * AssumedFlopsPerSecond / flops,
            _ => throw new ArgumentOutOfRangeException(nameof(budget), budget.Unit, "unknown unit"),
        };
    }

    // A token and a probability for each entry of each response token, held while the student trains.
    private long SignalBytes(MethodSpec method) => method.K == 0 ? 0 : (long)(8.0 * method.K * spec.Prompts * Sample(method.Keep).Average(length => length.Response));

    private double Items => (double)spec.Evaluation.Items * spec.Tasks.Count;

    private double GenerationFlops => Mean(Keep.Trace, length => ModelFlops.Forward(teacher, length).Value);

    private double ScoringFlops(MethodSpec method) => Mean(method.Keep, length => ModelFlops.Forward(teacher, length).Value);

    /// <summary>FLOPs and processed tokens of one training example, its share of the batch's padding included.</summary>
    private (double Flops, double Tokens) PaddedTraining(ModelShape shape, Keep keep, int batch)
    {
        var (flops, tokens, count) = (0.0, 0.0, 0);
        foreach (var window in Sample(keep).Select(length => length.Processed).Chunk(LengthBuckets.Window * batch))
        {
            foreach (var members in LengthBuckets.Arrange(window, batch))
            {
                var longest = members.Max(member => window[member]);
                flops += members.Length * ModelFlops.Training(shape, longest).Value;
                tokens += (double)members.Length * longest;
                count += members.Length;
            }
        }

        return (flops / count, tokens / count);
    }

    private double Mean(Keep keep, Func<int, double> of) => Sample(keep).Average(length => of(length.Processed));

    /// <summary>Lengths of a sample of the tasks' training problems.</summary>
    private SampleLength[] Sample(Keep keep)
    {
        if (samples.TryGetValue(keep, out var known)) return known;
        var sample = new List<SampleLength>();
        var each = Math.Max(64, LengthBuckets.Window * spec.Training.Batch / spec.Tasks.Count);
        foreach (var task in spec.Tasks)
        {
            sample.AddRange(task.Task switch
            {
                ProceduralTask procedural => ProblemSets.Draw(procedural, Split.Train, each, new Seed(0)).Select(problem => LengthOf(problem, keep)),
                TeacherText text => Enumerable.Repeat(new SampleLength(text.Tokens, text.Tokens), each),
                _ => throw new ArgumentException($"no lengths are known for tasks like '{task.Name}'"),
            });
        }

        // Interleaved as shuffling would, so that a window holds every task.
        var order = new Seed(0).Stream("lengths").Permutation(sample.Count);
        return samples[keep] = [.. order.Select(i => sample[i])];
    }

    private static SampleLength LengthOf(Problem problem, Keep keep)
    {
        var response = keep == Keep.Answer ? problem.Answer : Answers.WithReasoning(problem.Reasoning, problem.Answer);
        var loss = CharacterVocabulary.Length(response) + 1;
        // The begin token is processed and the end token is only predicted.
        return new SampleLength(CharacterVocabulary.Length(problem.Prompt) + loss, loss);
    }

    private static Charge Spend(ChargeKind kind, double tokens, double flops) => new(kind, (long)tokens, new Flops(flops), new Seconds(flops / AssumedFlopsPerSecond));

    // Parameters, gradients and two moments in float32, and the activations that a layer keeps for its backward pass.
    private long Memory(ModelShape shape, int batch)
    {
        var longest = Sample(Keep.Trace).Max(length => length.Processed);
        double layer = 6.0 * shape.Width + 3.0 * shape.FeedForward + 2.0 * shape.ProjectionRows + (double)shape.Heads * longest;
        return RuntimeBytes + 16 * shape.Parameters + (long)(4.0 * batch * longest * (shape.Layers * layer + 3.0 * shape.Vocabulary));
    }

    /// <summary>Tokens that a model processes for an example, and those of them whose prediction carries loss.</summary>
    private readonly record struct SampleLength(int Processed, int Response);
}
