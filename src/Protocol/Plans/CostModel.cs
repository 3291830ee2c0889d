using Bench.Protocol.Budgets;
using Bench.Protocol.Costs;
using Bench.Protocol.Detection;
using Bench.Protocol.Shapes;
using Bench.Protocol.Signals;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Protocol.Units;

namespace Bench.Protocol.Plans;

/// <summary>
/// Predicts what units cost from shapes and from the lengths of a sample of gold solutions. A model that has learnt its
/// task writes as much as the gold solution, so its lengths serve for generation too.
/// </summary>
public sealed class CostModel
{
    /// <summary>The assumed rate of one process where the machine was not measured, in FLOP/s.</summary>
    public const double AssumedFlopsPerSecond = 2e10;

    /// <summary>Responses that a teacher is assumed to write together.</summary>
    private const int Together = 64;

    private static readonly LengthMix Whole = new(Keep.Trace);

    private readonly ExperimentSpec spec;
    private readonly TeacherSpec source;
    private readonly ModelShape teacher;
    private readonly CostModel? origin;
    private readonly ExampleLengths lengths;
    private readonly MemoryModel memory;

    /// <param name="spec">The experiment.</param>
    /// <param name="source">The teacher.</param>
    /// <param name="teacher">Its shape.</param>
    /// <param name="origin">The costs of the teacher of which it is another form; null where it is one of its
    /// own.</param>
    public CostModel(ExperimentSpec spec, TeacherSpec source, ModelShape teacher, CostModel? origin = null)
    {
        (this.spec, this.source, this.teacher, this.origin) = (spec, source, teacher, origin);
        lengths = new ExampleLengths(spec);
        memory = new MemoryModel(spec, lengths);
    }

    /// <summary>
    /// Tokens of a whole solution, in the mean: those that are processed, and those of them that carry loss.
    /// </summary>
    public (double Processed, double Loss) MeanLength => (lengths.Mean(Whole), lengths.MeanLoss(Whole));

    /// <summary>
    /// The assumed rate of one process: on a processor the rate above, on an accelerator the one its prices assume.
    /// </summary>
    public static double RateOf(ExperimentSpec spec, Work work) =>
        spec.Device == "cpu" ? AssumedFlopsPerSecond : spec.Prices.Rate(work);

    /// <summary>The charges of making the weights that a student starts from.</summary>
    internal static Prediction Start(ExperimentSpec spec, StudentSpec student)
    {
        var costs = new CostModel(spec, spec.Teachers[0], student.Model);
        return costs.Trained(ChargeKind.StudentPretraining, student.Training!, student.Model, []);
    }

    /// <summary>A student's prediction with all that its trials of tuning spend.</summary>
    internal static Prediction WithTuning(Prediction student, IReadOnlyList<TrialUnit> trials)
    {
        var spent = trials.SelectMany(trial => Tuning.CostOf(trial, trial.Prediction.Charges)).ToArray();
        if (spent.Length == 0)
            return student;
        var tuning = new Charge(
            ChargeKind.Tuning,
            spent.Sum(charge => charge.Tokens),
            new Flops(spent.Sum(charge => charge.Flops.Value)),
            default
        );
        return student with { Charges = [.. student.Charges, tuning] };
    }

    internal Prediction Teacher()
    {
        var ownText = spec.Content == TaskContent.OwnText;
        if (!source.IsMeasured || source.Kind == TeacherKind.Traces || (ownText && !source.IsLocal))
            return new Prediction([], MemoryModel.RuntimeBytes);
        // Its own text it writes and reads, also that on which learning rates are chosen; another form of it only reads
        // it.
        var measured =
            ownText && source.Of is null
                ? spec.Evaluation with
                {
                    Items = 2 * (spec.Evaluation.Items + (spec.Tuning?.Items ?? 0)),
                }
                : spec.Evaluation;
        var evaluation = Evaluation(teacher, Keep.Trace, measured);
        return source.Training is { } training
            ? Trained(ChargeKind.TeacherTraining, training, teacher, [evaluation])
            : new Prediction([evaluation], memory.Writing(teacher, Together));
    }

    internal Prediction Text(MethodSpec method)
    {
        if (source.Kind == TeacherKind.Traces)
            return new([], MemoryModel.RuntimeBytes);
        var tokens = (double)spec.Prompts * SamplingOf(method).Samples * lengths.Mean(Learnt(method));
        return new(
            [Spend(ChargeKind.TeacherGeneration, tokens, spec.Prompts * GenerationFlops(method, teacher))],
            memory.Writing(teacher, Together)
        );
    }

    internal Prediction Scoring(MethodSpec method)
    {
        var (responses, mix) = (spec.Prompts * Kept(SamplingOf(method)), Learnt(method, method.Keep));
        return new(
            [Spend(ChargeKind.TeacherScoring, responses * lengths.Mean(mix), responses * ScoringFlops(method))],
            memory.Reading(teacher)
        );
    }

    internal Prediction Student(ModelShape student, MethodSpec? method, Budget? budget, EvaluationSpec measured)
    {
        var evaluation = Evaluation(student, method?.Answers ?? Keep.Trace, measured);
        var training = memory.Training(student, spec.Training.Batch);
        if (method is null || budget is null)
            return new Prediction([evaluation], training);
        var (costs, padded) = ExampleOf(student, method, budget);
        var examples = Math.Floor(budget.Examples(costs) / costs.Batch) * costs.Batch;
        var unique = Math.Min(examples * (1 - method.OwnShare), budget.PoolOf(costs.Pool, costs.Queries));
        var charges = new List<Charge>
        {
            Spend(ChargeKind.StudentTraining, examples * padded, examples * costs.Student),
            evaluation,
        };
        charges.AddRange(TeacherWork(student, method, budget, unique));
        if (method.Signal.IsLive)
            charges.Add(Spend(ChargeKind.TeacherScoring, examples * padded, examples * costs.Live));
        IReadOnlyList<Charge> carried = spec.Boundary.ChargedTo(
            !method.IsBaseline,
            charges,
            (origin ?? this).Teacher().Charges
        );
        if (method.Choose == PromptChoice.LeastConfident)
            carried = [.. carried, Choosing(student, method, (examples * costs.Student, examples * padded), unique)];
        // Teacher work is done once by its own unit, unless it is live: only what is done here takes this process's
        // time.
        bool IsHere(Charge charge) =>
            charge.Kind is ChargeKind.StudentTraining or ChargeKind.Evaluation || method.Signal.IsLive;
        return new Prediction(
            [.. carried.Select(charge => IsHere(charge) ? charge : charge with { Seconds = default })],
            training + (method.Signal.IsLive ? memory.Writing(teacher, spec.Training.Batch) : 0)
        )
        {
            PassTokens = PassTokens(spec.Training, padded),
        };
    }

    /// <summary>The cost of one example, and the tokens that a student processes of it.</summary>
    private (ExampleCosts Costs, double Padded) ExampleOf(ModelShape student, MethodSpec method, Budget budget)
    {
        var (flops, padded) = lengths.Padded(
            Learnt(method, method.Keep),
            student,
            spec.Training.Batch,
            method.Objective,
            teacher
        );
        if (method.SplitsTraces)
        {
            // A trace makes two examples: one with the answer alone, one with the reasoning.
            var (answers, tokens) = lengths.Padded(
                Learnt(method, Keep.Answer),
                student,
                spec.Training.Batch,
                method.Objective,
                teacher
            );
            (flops, padded) = ((flops + answers) / 2, (padded + tokens) / 2);
        }

        // The student writes what is new, and the teacher reads what it wrote; where the teacher takes part in the
        // writing, twice.
        var (written, sampling) = (method.OwnShare * method.NewShare, SamplingOf(method));
        var responses = method.IsBaseline ? 1 : Kept(sampling) * Parts(method);
        var pool = method.IsBaseline ? spec.Prompts : Math.Max(1, spec.Prompts * responses);
        return (
            new ExampleCosts
            {
                Student =
                    flops
                    + written
                        * lengths.Mean(
                            Learnt(method, method.Keep),
                            length => ModelFlops.Forward(student, length).Value
                        ),
                Live = method.Signal.IsLive ? (1 + (method.TeacherMix > 0 ? written : 0)) * ScoringFlops(method) : 0,
                Written = WritingEach(student, method, budget),
                Read = ScoringEach(method),
                Pool = pool,
                LossTokens = lengths.MeanLoss(Learnt(method, method.Keep)),
                Queries = method.IsBaseline ? 1 : sampling.Samples / responses,
                Batch = Math.Min(spec.Training.Batch, pool),
                Epochs = spec.Epochs,
                Prices = spec.Prices,
                FlopsPerSecond = RateOf(spec, Work.Training),
            },
            padded
        );
    }

    /// <summary>The teacher's work ahead of training, for so many distinct examples.</summary>
    private IEnumerable<Charge> TeacherWork(ModelShape student, MethodSpec method, Budget budget, double unique)
    {
        if (WritingEach(student, method, budget) is var writing and > 0)
            yield return Spend(
                ChargeKind.TeacherGeneration,
                unique / Parts(method) * lengths.Mean(Learnt(method)),
                unique * writing
            );
        if (ScoringEach(method) is var scoring and > 0)
            yield return Spend(
                ChargeKind.TeacherScoring,
                unique * lengths.Mean(Learnt(method, method.Keep)),
                unique * scoring
            );
    }

    // The students of later generations are taught by one of their own kind.
    private double WritingEach(ModelShape student, MethodSpec method, Budget budget) =>
        method.IsBaseline || method.OwnShare == 1
            ? 0
            : (1 - method.GoldShare)
                * GenerationFlops(method, budget is { IsChain: true, Amount: > 1 } ? student : teacher)
                / Kept(SamplingOf(method))
                / Parts(method);

    private double ScoringEach(MethodSpec method) =>
        !method.Signal.IsLive && method.NeedsProbabilities && source.IsLocal ? ScoringFlops(method) : 0;

    private static int Parts(MethodSpec method) => method.SplitsTraces ? 2 : 1;

    // Students of a quarter and of half the queries, each of which answers four candidates for each prompt that is
    // asked next, and
    // reads what it answered.
    private Charge Choosing(
        ModelShape student,
        MethodSpec method,
        (double Flops, double Tokens) training,
        double queries
    )
    {
        var (answered, mix) = (3 * queries, Learnt(method, method.Keep));
        return Spend(
            ChargeKind.StudentTraining,
            0.75 * training.Tokens + 2 * answered * lengths.Mean(mix),
            0.75 * training.Flops
                + 2 * answered * lengths.Mean(mix, length => ModelFlops.Forward(student, length).Value)
        );
    }

    private Prediction Trained(ChargeKind kind, GoldTraining training, ModelShape shape, IReadOnlyList<Charge> others)
    {
        var (flops, tokens) = lengths.Padded(MixOf(training), shape, training.Batch, null, shape);
        var charge = Spend(kind, training.Tokens, training.Tokens / tokens * flops);
        return new Prediction([charge, .. others], memory.Training(shape, training.Batch))
        {
            PassTokens = PassTokens(training, tokens),
        };
    }

    private LengthMix MixOf(GoldTraining training)
    {
        if (training.Tasks is null)
            return Whole;
        var own = spec.Tasks.Where(training.Covers).ToArray();
        return new LengthMix(
            Keep.Trace,
            spec.Tasks.ToDictionary(task => task.Name, task => own.Contains(task) ? 1.0 / own.Length : 0)
        );
    }

    private static double PassTokens(OptimiserSpec optimiser, double each) =>
        optimiser.Batch * each / optimiser.MicroBatches;

    // Each item is answered, and for some measures read once more.
    private Charge Evaluation(ModelShape shape, Keep keep, EvaluationSpec measured)
    {
        double Forward(int length) => ModelFlops.Forward(shape, length).Value;
        var items = (double)measured.Items * spec.Tasks.Count;
        var (answered, whole) = (new LengthMix(keep, IsMeasured: true), new LengthMix(Keep.Trace, IsMeasured: true));
        var readings = items * measured.Sampling.Samples * (measured.Confidence ? 2 : 1);
        var again = items * ((measured.Agreement ? 1 : 0) + (measured.Likelihood ? 1 : 0));
        var tokens = readings * lengths.Mean(answered) + again * lengths.Mean(whole);
        var flops = readings * lengths.Mean(answered, Forward) + again * lengths.Mean(whole, Forward);
        if (measured.Detection is { } detection)
        {
            // Canaries of every key, and the controls.
            var canaries = (double)detection.OtherKeys * detection.Canaries + DetectionSpec.Controls;
            tokens += canaries * detection.CanaryTokens;
            flops += canaries * Forward(detection.CanaryTokens);
        }

        return Spend(ChargeKind.Evaluation, tokens, flops);
    }

    private SamplingSpec SamplingOf(MethodSpec method) => method.Sampling ?? source.Sampling;

    /// <summary>Responses that are kept of each prompt, at most: how many are correct is not known before.</summary>
    private static double Kept(SamplingSpec sampling) => sampling.Select == Selection.Likeliest ? 1 : sampling.Samples;

    // A teacher that keeps the likeliest response reads all of them once more.
    private double GenerationFlops(MethodSpec method, ModelShape writer)
    {
        if (!source.IsMeasured)
            return 0;
        var sampling = SamplingOf(method);
        var readings = sampling.Samples * (sampling.Select == Selection.Likeliest ? 2 : 1);
        return readings * lengths.Mean(Learnt(method), length => ModelFlops.Forward(writer, length).Value);
    }

    private double ScoringFlops(MethodSpec method) =>
        lengths.Mean(Learnt(method, method.Keep), length => ModelFlops.Forward(teacher, length).Value);

    private static LengthMix Learnt(MethodSpec method, Keep keep = Keep.Trace) => new(keep, method.Shares);

    private Charge Spend(ChargeKind kind, double tokens, double flops) =>
        new(kind, (long)tokens, new Flops(flops), new Seconds(flops / RateOf(spec, Charge.WorkOf(kind))));
}
