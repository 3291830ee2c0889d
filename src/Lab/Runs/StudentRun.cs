using Bench.Lab.Checkpoints;
using Bench.Lab.Evaluation;
using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Text;
using Bench.Lab.Training;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Runs;

/// <summary>Trains a student by one method under one budget, and measures it.</summary>
internal sealed class StudentRun(UnitSession session)
{
    private readonly ExperimentSpec spec = session.Spec;

    internal Outcome Execute(StudentUnit unit)
    {
        var tokenizer = session.Tokenizer();
        using var model = Decoder.Initialise(unit.Student.Model, session.Compute, new Seed(unit.Seed));
        var charges = new List<Charge>();
        TrainingResult? trained = null;
        Material? material = null;
        if (unit is { Method: { } method, Budget: { } budget })
        {
            material = Gather(unit, method, budget, tokenizer);
            var optimiser = spec.Training with { LearningRate = method.LearningRate ?? spec.Training.LearningRate };
            trained = new Trainer(model, optimiser, session.Clock).Train(
                material.Lesson, MethodObjective.Of(method), BudgetMeter.For(budget, spec.Prices, spec.Epochs, session.Clock), new Seed(unit.Seed), ChargeKind.StudentTraining,
                progress => session.Report("training", progress.Share, progress.Loss, progress.TokensPerSecond));
            charges.Add(trained.Charge);
            charges.AddRange(material.Shares(trained.Used));
        }

        var (scores, evaluation) = Evaluate(unit, model, tokenizer);
        charges.Add(evaluation);
        return session.Publish(unit, circumstances => new Outcome
        {
            Status = UnitStatus.Ok,
            Charges = charges,
            Scores = scores,
            Curve = trained?.Curve ?? [],
            StudentParameters = unit.Student.Model.Parameters,
            Steps = trained?.Steps,
            Examples = trained?.Examples,
            TokensTrained = trained?.LossTokens,
            TeacherTokens = trained is not null && material is { Sources.Count: > 0 } ? trained.Used.Sum(i => (long)material.Traces[i].ResponseLength) : null,
            TeacherQueries = trained is not null && material is { Sources.Count: > 0 } ? trained.Used.Count : null,
            Circumstances = circumstances,
        }, folder => ModelFolder.Save(Path.Combine(folder, ModelFolder.NameInStore), model, tokenizer));
    }

    private (IReadOnlyList<TaskScores> Scores, Charge Charge) Evaluate(StudentUnit unit, Decoder model, ITokenizer tokenizer)
    {
        var evaluator = new TaskEvaluator(spec, tokenizer, session.Clock);
        if (spec.Tasks[0].Task is not TeacherText)
            return evaluator.Solve(model, new Seed(unit.Seed), session.Counting("evaluation", spec.Evaluation.Items * spec.Tasks.Count));
        var teacher = session.EntryOf(unit.Needs[0]);
        var windows = SignalFile.ReadSequences(Path.Combine(teacher, UnitSession.HeldOutName));
        var choices = SignalFile.ReadSequences(Path.Combine(teacher, UnitSession.ChoicesName));
        return evaluator.Imitate(model, spec.Tasks[0].Name, windows, [.. choices.Select(choice => choice.Tokens)]);
    }

    private Material Gather(StudentUnit unit, MethodSpec method, Budget budget, ITokenizer tokenizer)
    {
        if (method.IsBaseline)
        {
            var problems = Limited(TextRun.TrainingProblems(spec), budget);
            var gold = problems.Select(problem => Examples.Gold(tokenizer, problem, method.Keep)).ToArray();
            return new Material(new Lesson(gold, null, new double[gold.Length]), gold, []);
        }

        var text = unit.Needs.OfType<TextUnit>().Single();
        var traces = session.ReadText(text);
        var sequences = method.Keep == Keep.Answer ? [.. traces.Select(trace => Examples.AnswerOnly(tokenizer, trace))] : traces;
        var sources = new List<TeacherShare> { TeacherShare.Of(session.OutcomeOf(text).Charges[0], traces) };
        TopKSignal? topK = null;
        if (unit.Needs.OfType<TopKUnit>().SingleOrDefault() is { } scored)
        {
            topK = SignalFile.ReadTopK(Path.Combine(session.EntryOf(scored), UnitSession.TopKName));
            sources.Add(TeacherShare.Of(session.OutcomeOf(scored).Charges[0], sequences));
        }

        var teacherFlops = Enumerable.Range(0, traces.Count).Select(i => sources.Sum(source => source.FlopsOf(i))).ToArray();
        return new Material(new Lesson(Limited(sequences, budget), topK, teacherFlops), traces, sources);
    }

    // A budget in queries is a smaller pool, not a shorter training.
    private static IReadOnlyList<T> Limited<T>(IReadOnlyList<T> pool, Budget budget) =>
        budget.Unit == BudgetUnit.Queries ? [.. pool.Take((int)Math.Min(pool.Count, budget.Amount))] : pool;

    /// <summary>What the student learns from, and what the teacher's part of it cost.</summary>
    private sealed record Material(Lesson Lesson, IReadOnlyList<Sequence> Traces, IReadOnlyList<TeacherShare> Sources)
    {
        /// <summary>The teacher's charges for the examples that were used.</summary>
        internal IEnumerable<Charge> Shares(IReadOnlySet<int> used) => Sources.Select(source => source.For(used));
    }

    /// <summary>One charge of the teacher, spread over its sequences by the tokens each took.</summary>
    private sealed record TeacherShare(Charge Whole, long[] Tokens, double[] Weights)
    {
        internal static TeacherShare Of(Charge whole, IReadOnlyList<Sequence> sequences)
        {
            // FLOPs of a forward pass grow nearly linearly with tokens at these lengths; shares by tokens add up to the whole.
            var tokens = sequences.Select(sequence => (long)sequence.Processed).ToArray();
            var total = (double)tokens.Sum();
            return new TeacherShare(whole, tokens, [.. tokens.Select(count => count / total)]);
        }

        internal double FlopsOf(int sequence) => Weights[sequence] * Whole.Flops.Value;

        internal Charge For(IReadOnlySet<int> used)
        {
            var share = used.Sum(sequence => Weights[sequence]);
            return new Charge(Whole.Kind, used.Sum(sequence => Tokens[sequence]), share * Whole.Flops, share * Whole.Seconds);
        }
    }
}
