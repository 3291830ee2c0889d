using Bench.Protocol.Costs;
using Bench.Protocol.Detection;
using Bench.Protocol.Grading;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
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
    private readonly TeacherSpec source;
    private readonly ModelShape teacher;
    private readonly CostModel? origin;
    private readonly Dictionary<Mix, SampleLength[]> samples = [];

    /// <param name="spec">The experiment.</param>
    /// <param name="source">Who teaches.</param>
    /// <param name="teacher">Its shape.</param>
    /// <param name="origin">The costs of the teacher of which it is another form; null where it is one of its own.</param>
    public CostModel(ExperimentSpec spec, TeacherSpec source, ModelShape teacher, CostModel? origin = null) =>
        (this.spec, this.source, this.teacher, this.origin) = (spec, source, teacher, origin);

    internal Prediction Teacher()
    {
        var charges = new List<Charge>();
        var ownText = spec.Tasks[0].Task is TeacherText;
        if (!source.IsMeasured || source.Kind == TeacherKind.Traces || (ownText && !source.IsLocal)) return new Prediction([], RuntimeBytes);
        if (source.Training is { } training)
        {
            charges.Add(Training(ChargeKind.TeacherTraining, training, teacher));
        }

        // Its own text it writes and reads, also that on which learning rates are chosen; another form of it only reads it.
        var measured = !ownText ? spec.Evaluation : source.Of is null ? spec.Evaluation with { Items = 2 * (spec.Evaluation.Items + (spec.Tuning?.Items ?? 0)) } : spec.Evaluation;
        charges.Add(Evaluation(teacher, Keep.Trace, measured));
        return source.Training is { } own
            ? new Prediction(charges, Memory(teacher, own.Optimiser.Batch)) { PassTokens = PassTokens(own.Optimiser, PaddedTraining(teacher, MixOf(own), own.Optimiser.Batch, null).Tokens) }
            : new Prediction(charges, WritingMemory(teacher, 64));
    }

    /// <summary>Tokens of a whole solution, in the mean: those that are processed, and those of them that carry loss.</summary>
    public (double Processed, double Loss) MeanLength => (Mean(new Mix(Keep.Trace), length => length), Sample(new Mix(Keep.Trace)).Average(length => (double)length.Response));

    /// <summary>What it takes to make the weights that a student starts from.</summary>
    internal static Prediction Start(ExperimentSpec spec, StudentSpec student)
    {
        var costs = new CostModel(spec, spec.Teachers[0], student.Model);
        var training = student.Training!;
        return new Prediction([costs.Training(ChargeKind.StudentPretraining, training, student.Model)], costs.Memory(student.Model, training.Optimiser.Batch))
        {
            PassTokens = PassTokens(training.Optimiser, costs.PaddedTraining(student.Model, costs.MixOf(training), training.Optimiser.Batch, null).Tokens),
        };
    }

    private Charge Training(ChargeKind kind, GoldTraining training, ModelShape shape)
    {
        var perExample = PaddedTraining(shape, MixOf(training), training.Optimiser.Batch, null);
        return Spend(kind, training.Tokens, training.Tokens / perExample.Tokens * perExample.Flops);
    }

    private Mix MixOf(GoldTraining training)
    {
        var own = spec.Tasks.Where(training.Covers).ToArray();
        return new Mix(Keep.Trace, training.Tasks is null ? null : spec.Tasks.ToDictionary(task => task.Name, task => own.Contains(task) ? 1.0 / own.Length : 0));
    }

    private static double PassTokens(OptimiserSpec optimiser, double each) => optimiser.Batch * each / optimiser.MicroBatches;

    internal Prediction Text(MethodSpec method) => source.Kind == TeacherKind.Traces
        ? new([], RuntimeBytes)
        : new([Spend(ChargeKind.TeacherGeneration, (double)spec.Prompts * SamplingOf(method).Samples * Mean(Learnt(method), l => l), spec.Prompts * GenerationFlops(method, teacher))], WritingMemory(teacher, 64));

    internal Prediction Scoring(MethodSpec method)
    {
        var responses = spec.Prompts * Kept(SamplingOf(method));
        return new([Spend(ChargeKind.TeacherScoring, responses * Mean(Learnt(method, method.Keep), l => l), responses * ScoringFlops(method))], ReadingMemory(teacher));
    }

    /// <summary>A student's prediction with all that its trials of tuning spend.</summary>
    internal static Prediction WithTuning(Prediction student, IReadOnlyList<TrialUnit> trials)
    {
        var spent = trials.SelectMany(trial => Tuning.CostOf(trial, trial.Prediction.Charges)).ToArray();
        return spent.Length == 0 ? student : student with
        {
            Charges = [.. student.Charges, new Charge(ChargeKind.Tuning, spent.Sum(charge => charge.Tokens), new Flops(spent.Sum(charge => charge.Flops.Value)), default)],
        };
    }

    internal Prediction Student(ModelShape student, MethodSpec? method, Budget? budget, EvaluationSpec measured)
    {
        var keep = method?.Keep ?? Keep.Trace;
        var evaluation = Evaluation(student, method?.Objective == "rationale-multitask" ? Keep.Answer : keep, measured);
        if (method is null || budget is null) return new Prediction([evaluation], Memory(student, spec.Training.Batch));

        var (flops, padded) = PaddedTraining(student, Learnt(method, keep), spec.Training.Batch, method);
        // A trace makes two examples: one with the answer alone, one with the reasoning.
        var parts = method.Objective == "rationale-multitask" ? 2 : 1;
        if (parts > 1) (flops, padded) = Halfway((flops, padded), PaddedTraining(student, Learnt(method, Keep.Answer), spec.Training.Batch, method));
        var (own, live) = (method.Signal == SignalKind.OnPolicy ? method.Lambda : 0, 0.0);
        if (own > 0)
        {
            // The student writes what is new, and the teacher scores what it wrote.
            flops += own * method.Fresh * Mean(Learnt(method, keep), length => ModelFlops.Forward(student, length).Value);
            live = (1 + (method.TeacherMix > 0 ? own * method.Fresh : 0)) * ScoringFlops(method);
        }

        var sampling = SamplingOf(method);
        var queriesEach = method.IsBaseline ? 1 : sampling.Samples / Kept(sampling) / parts;
        var pool = method.IsBaseline ? spec.Prompts : Math.Max(1, spec.Prompts * Kept(sampling) * parts);
        // The students of later generations are taught by one of their own kind.
        var writer = budget is { Unit: BudgetUnit.Generations, Amount: > 1 } ? student : teacher;
        var writing = method.IsBaseline || own == 1 ? 0 : (1 - method.GoldShare) * GenerationFlops(method, writer) / Kept(sampling) / parts;
        var scoring = own == 0 && method.NeedsProbabilities && source.IsLocal ? ScoringFlops(method) : 0;
        var batch = Math.Min(spec.Training.Batch, pool);
        var examples = Math.Floor(Examples(budget, flops, live, writing + scoring, pool, Sample(Learnt(method, keep)).Average(length => length.Response), queriesEach) / batch) * batch;
        var unique = Math.Min(examples * (1 - own), budget.Unit == BudgetUnit.Queries ? Math.Min(budget.Amount / queriesEach, pool) : pool);
        var charges = new List<Charge> { Spend(ChargeKind.StudentTraining, examples * padded, examples * flops), evaluation };
        if (writing > 0) charges.Add(Spend(ChargeKind.TeacherGeneration, unique / parts * Mean(Learnt(method), l => l), unique * writing));
        if (scoring > 0) charges.Add(Spend(ChargeKind.TeacherScoring, unique * Mean(Learnt(method, keep), l => l), unique * scoring));
        if (live > 0) charges.Add(Spend(ChargeKind.TeacherScoring, examples * padded, examples * live));
        if (!method.IsBaseline && spec.Boundary.Contains(ChargeKind.TeacherTraining)) charges.AddRange((origin ?? this).Teacher().Charges.Where(charge => charge.Kind == ChargeKind.TeacherTraining));
        if (method.Choose == PromptChoice.LeastConfident) charges.Add(Choosing(student, method, examples * flops, examples * padded, unique));
        // Teacher work is done once by its own unit, unless it is live: only what is done here takes this process's time.
        return new Prediction([.. charges.Select(charge => charge.Kind is ChargeKind.StudentTraining or ChargeKind.Evaluation || live > 0 ? charge : charge with { Seconds = default })],
            Memory(student, spec.Training.Batch) + (own > 0 ? WritingMemory(teacher, spec.Training.Batch) : 0))
        {
            PassTokens = PassTokens(spec.Training, padded),
        };
    }

    // Students of a quarter and of half the queries, each of which answers four candidates for each prompt that is asked next, and reads what it answered.
    private Charge Choosing(ModelShape student, MethodSpec method, double flops, double tokens, double queries)
    {
        var answered = 3 * queries;
        return Spend(
            ChargeKind.StudentTraining, 0.75 * tokens + 2 * answered * Mean(Learnt(method, method.Keep), length => length),
            0.75 * flops + 2 * answered * Mean(Learnt(method, method.Keep), length => ModelFlops.Forward(student, length).Value));
    }

    private double Examples(Budget budget, double flops, double live, double once, double pool, double lossTokens, double queriesEach)
    {
        // What is written ahead is paid for once for each distinct example, what is scored live each time.
        double Until(double amount, double each, double first)
        {
            var withinPool = amount / (each + first);
            return withinPool <= pool ? withinPool : pool + (amount - pool * (each + first)) / each;
        }

        return budget.Unit switch
        {
            BudgetUnit.StudentFlops => budget.Amount / flops,
            BudgetUnit.TotalFlops => Until(budget.Amount, flops + live, once),
            BudgetUnit.Usd => Until(budget.Amount, spec.Prices.Cost(new Flops(flops + live)).Value, spec.Prices.Cost(new Flops(once)).Value),
            BudgetUnit.Tokens => budget.Amount / lossTokens,
            BudgetUnit.Examples => budget.Amount,
            // Each query of a prepared method is seen once an epoch; live, each batch is a query of its own.
            BudgetUnit.Queries => live > 0 ? budget.Amount : Math.Min(budget.Amount / queriesEach, pool) * spec.Epochs,
            BudgetUnit.Generations => pool * spec.Epochs,
            BudgetUnit.Seconds => budget.Amount * RateOf(spec) / flops,
            _ => throw new ArgumentOutOfRangeException(nameof(budget), budget.Unit, "unknown unit"),
        };
    }

    // Each item is answered, and for some measures read once more.
    private Charge Evaluation(ModelShape shape, Keep keep, EvaluationSpec measured)
    {
        var items = (double)measured.Items * spec.Tasks.Count;
        var readings = measured.Sampling.Samples * (measured.Confidence ? 2 : 1);
        var (tokens, flops) = (items * readings * Mean(new Mix(keep, Measured: true), l => l), items * readings * Mean(new Mix(keep, Measured: true), l => ModelFlops.Forward(shape, l).Value));
        foreach (var full in new[] { measured.Agreement, measured.Likelihood }.Where(on => on))
            (tokens, flops) = (tokens + items * Mean(new Mix(Keep.Trace, Measured: true), l => l), flops + items * Mean(new Mix(Keep.Trace, Measured: true), l => ModelFlops.Forward(shape, l).Value));
        if (measured.Detection is { } detection)
        {
            // Canaries of every key, and the controls.
            var canaries = (double)detection.OtherKeys * detection.Canaries + DetectionSpec.Controls;
            (tokens, flops) = (tokens + canaries * detection.CanaryTokens, flops + canaries * ModelFlops.Forward(shape, detection.CanaryTokens).Value);
        }

        return Spend(ChargeKind.Evaluation, tokens, flops);
    }

    private static (double, double) Halfway((double Flops, double Tokens) a, (double Flops, double Tokens) b) => ((a.Flops + b.Flops) / 2, (a.Tokens + b.Tokens) / 2);

    private SamplingSpec SamplingOf(MethodSpec method) => method.Sampling ?? source.Sampling;

    /// <summary>Responses that are kept of each prompt, at most: how many are correct is not known before.</summary>
    private static double Kept(SamplingSpec sampling) => sampling.Select == Selection.Likeliest ? 1 : sampling.Samples;

    // What the teacher chooses among by likelihood it reads once more.
    private double GenerationFlops(MethodSpec method, ModelShape writer) => source.IsMeasured
        ? SamplingOf(method).Samples * (SamplingOf(method).Select == Selection.Likeliest ? 2 : 1) * Mean(Learnt(method), length => ModelFlops.Forward(writer, length).Value)
        : 0;

    private double ScoringFlops(MethodSpec method) => Mean(Learnt(method, method.Keep), length => ModelFlops.Forward(teacher, length).Value);

    private static Mix Learnt(MethodSpec method, Keep keep = Keep.Trace) => new(keep, method.Shares);

    /// <summary>FLOPs and processed tokens of one training example, its share of the batch's padding included.</summary>
    private (double Flops, double Tokens) PaddedTraining(ModelShape shape, Mix mix, int batch, MethodSpec? method)
    {
        var (flops, tokens, count) = (0.0, 0.0, 0);
        foreach (var window in Sample(mix).Chunk(LengthBuckets.Window * batch))
        {
            foreach (var members in LengthBuckets.Arrange([.. window.Select(length => length.Processed)], batch))
            {
                var longest = members.Max(member => window[member].Processed);
                flops += members.Length * ModelFlops.Training(shape, longest).Value;
                if (method is not null) flops += MatchingFlops.Training(method, shape, teacher, members.Length, longest, members.Sum(member => window[member].Response)).Value;
                tokens += (double)members.Length * longest;
                count += members.Length;
            }
        }

        return (flops / count, tokens / count);
    }

    private double Mean(Mix mix, Func<int, double> of) => Sample(mix).Average(length => of(length.Processed));

    private SampleLength[] Sample(Mix mix)
    {
        if (samples.TryGetValue(mix, out var known)) return known;
        var sample = new List<SampleLength>();
        var tasks = spec.Tasks.Where(task => mix.Measured || task.Task is not BenchmarkTask { TrainingFile: null }).ToArray();
        var each = Math.Max(64, LengthBuckets.Window * spec.Training.Batch / tasks.Length);
        var fractions = mix.Shares is null ? null : PromptShares.Fractions(spec, mix.Shares).ToDictionary(entry => entry.Task, entry => entry.Share);
        foreach (var task in tasks)
        {
            var count = fractions is null ? each : (int)Math.Ceiling(each * tasks.Length * fractions[task]);
            sample.AddRange(task.Task switch
            {
                ProceduralTask procedural => Repeated(ProblemSets.Draw(procedural, Split.Train, count, new Seed(0)).Select(problem => LengthOf(problem, mix.Keep)), fractions is null ? 0 : count),
                BenchmarkTask benchmark => Enumerable.Repeat(new SampleLength(benchmark.PromptTokens + ResponseOf(benchmark, mix.Keep) - 1, ResponseOf(benchmark, mix.Keep)), count),
                Digits => Enumerable.Repeat(new SampleLength(1, 1), count),
                TeacherText text => Enumerable.Repeat(new SampleLength(text.Tokens, text.Tokens), count),
                _ => throw new ArgumentException($"no lengths are known for tasks like '{task.Name}'"),
            });
        }

        // Interleaved as shuffling would, so that a window holds every task.
        var order = new Seed(0).Stream("lengths").Permutation(sample.Count);
        return samples[mix] = [.. order.Select(i => sample[i])];
    }

    // A task with few problems keeps its share of the sample.
    private static IEnumerable<SampleLength> Repeated(IEnumerable<SampleLength> lengths, int count)
    {
        var drawn = lengths.ToArray();
        return Enumerable.Range(0, Math.Max(drawn.Length, count)).Select(i => drawn[i % drawn.Length]);
    }

    private static int ResponseOf(BenchmarkTask task, Keep keep) => keep == Keep.Answer ? task.AnswerTokens : task.ResponseTokens;

    private static SampleLength LengthOf(Problem problem, Keep keep)
    {
        var response = keep == Keep.Answer ? problem.Answer : Answers.WithReasoning(problem.Reasoning, problem.Answer);
        var loss = CharacterVocabulary.Length(response) + 1;
        // The begin token is processed and the end token is only predicted.
        return new SampleLength(CharacterVocabulary.Length(problem.Prompt) + loss, loss);
    }

    /// <summary>What one process is assumed to sustain: on a processor the rate above, on an accelerator what its prices assume.</summary>
    public static double RateOf(ExperimentSpec spec) => spec.Device == "cpu" ? AssumedFlopsPerSecond : spec.Prices.SustainedFlopsPerSecond;

    private Charge Spend(ChargeKind kind, double tokens, double flops) => new(kind, (long)tokens, new Flops(flops), new Seconds(flops / RateOf(spec)));

    // Parameters, gradients and two moments in float32 (in half precision the parameters have a master copy, and no more memory is needed), and the activations that a layer keeps for its
    // backward pass.
    // The fused kernels of the CPU do not keep the shares of attention: they compute them again.
    private long Memory(ModelShape shape, int batch)
    {
        var longest = Sample(new Mix(Keep.Trace)).Max(length => length.Processed);
        var rows = (batch + spec.Training.MicroBatches - 1) / spec.Training.MicroBatches;
        double layer = 6.0 * shape.Width + 3.0 * shape.FeedForward + 2.0 * shape.ProjectionRows + (IsFused ? 0 : (double)shape.Heads * longest);
        return RuntimeBytes + 16 * shape.Parameters + (long)(ValueBytes * rows * longest * (shape.Layers * layer + 3.0 * shape.Vocabulary));
    }

    private bool IsFused => spec is { Device: "cpu", Precision: "f32" };

    // The fused kernels hold weights a second time for reading and writing, up to that size.
    private double Prepared(ModelShape shape) => IsFused && 4.0 * shape.Parameters <= (256L << 20) ? 4.0 * shape.Parameters : 0;

    // Parameters, keys and values of every position, and the logits of the last one: for writing nothing else is kept.
    private long WritingMemory(ModelShape shape, int rows)
    {
        double longest = spec.Tasks.Max(task => task.Task is BenchmarkTask benchmark ? benchmark.PromptTokens + benchmark.MaxTokens : Sample(new Mix(Keep.Trace)).Max(length => length.Processed));
        return RuntimeBytes + (long)(Prepared(shape) + ValueBytes * (shape.Parameters + rows * longest * 2 * shape.Layers * shape.KeyValueHeads * shape.HeadWidth) + 12.0 * rows * shape.Vocabulary);
    }

    // Parameters, and the logits of every position of a pass, which are read in float32.
    private long ReadingMemory(ModelShape shape)
    {
        var sequence = (double)Sample(new Mix(Keep.Trace)).Max(length => length.Processed) * shape.Vocabulary;
        return RuntimeBytes + (long)(Prepared(shape) + ValueBytes * (double)shape.Parameters + 8 * Math.Max(sequence, Math.Min(1 << 27, 32 * sequence)));
    }

    private int ValueBytes => spec.Precision == "bf16" ? 2 : 4;

    /// <summary>Whose lengths: of the problems that are learnt from, in these shares, or of all that are measured.</summary>
    private readonly record struct Mix(Keep Keep, IReadOnlyDictionary<string, double>? Shares = null, bool Measured = false);

    /// <summary>Tokens that a model processes for an example, and those of them whose prediction carries loss.</summary>
    private readonly record struct SampleLength(int Processed, int Response);
}
