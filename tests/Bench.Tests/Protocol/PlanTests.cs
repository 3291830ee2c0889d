using System.Diagnostics;
using Bench.Protocol.Costs;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Tests.Protocol;

public class PlanTests
{
    [Fact]
    public void A_student_that_starts_trained_needs_its_start_and_each_is_charged_for_it()
    {
        var plan = Experiments.Plan(
            Experiments.Small.Altered(
                "heads: 2 } }\nmethods",
                "heads: 2 }, train: { on: gold-traces, tokens: 50_000 } }\nmethods"
            )
        );
        var start = Assert.Single(plan.Units.OfType<StartUnit>());
        Assert.All(plan.Units.OfType<StudentUnit>(), unit => Assert.Contains(start, unit.Needs));
        var cost = Assert.Single(start.Prediction.Charges);
        Assert.Equal(ChargeKind.StudentPretraining, cost.Kind);
        // 50,000 tokens at three passes of two FLOPs for each parameter outside the embedding, and attention.
        Assert.InRange(cost.Flops.Value, 50_000 * 6.0 * 1000, 50_000 * 6.0 * 5000);
        Assert.All(
            plan.Units.OfType<StudentUnit>(),
            unit =>
                Assert.Equal(
                    cost.Flops,
                    unit.Prediction.Charges.Single(charge => charge.Kind == ChargeKind.StudentPretraining).Flops
                )
        );
        Assert.Empty(Experiments.Plan(Experiments.Small).Units.OfType<StartUnit>());
    }

    [Fact]
    public void Generations_follow_each_other_and_each_has_draws_of_its_own()
    {
        var plan = Experiments.Plan(
            Experiments
                .Small.Altered(
                    "{ unit: student-flops, values: [2e8, 6e8] }",
                    "{ unit: generations, values: [1, 2, 3] }"
                )
                .Altered("  - { name: logits, objective: forward-kl, temperature: 2, signal: top-k, k: 4 }\n", "")
                .Altered("baselines: [ gold-answers ]\n", "")
        );
        var chain = plan
            .Units.OfType<StudentUnit>()
            .Where(unit => unit is { Seed: 1, Budget: not null })
            .OrderBy(unit => unit.Budget!.Amount)
            .ToArray();
        Assert.Equal(3, chain.Length);
        Assert.Empty(chain[0].Needs.OfType<StudentUnit>());
        Assert.Equal([chain[0]], chain[1].Needs.OfType<StudentUnit>());
        Assert.Equal([chain[1]], chain[2].Needs.OfType<StudentUnit>());
        Assert.Equal(3, chain.Select(unit => unit.Draws).Distinct().Count());
        Assert.Equal(1, chain[0].Draws.Value);
    }

    [Fact]
    public void Methods_with_other_shares_have_other_texts_and_those_with_equal_ones_the_same()
    {
        string With(string shares) =>
            Experiments
                .Small.Altered(
                    "{ name: addition, digits: 2 }",
                    "{ name: addition, digits: 2 }\n  - { name: sorting, length: 5 }"
                )
                .Altered(
                    "keep: answer }",
                    $"keep: answer, shares: {{ {shares} }} }}\n  - {{ name: same, objective: cross-entropy, signal: "
                        + $"text, shares: {{ sorting: 0.1, addition: 0.9 }} }}"
                );
        Assert.Equal(2, Experiments.Plan(With("addition: 0.9, sorting: 0.1")).Units.OfType<TextUnit>().Count());
        Assert.Equal(3, Experiments.Plan(With("addition: 0.8, sorting: 0.2")).Units.OfType<TextUnit>().Count());
    }

    [Fact]
    public void A_plan_holds_every_unit_once_and_after_what_it_needs()
    {
        var plan = Experiments.Plan(Experiments.Small);
        // Teacher, text, top-k; untrained, two methods and a baseline at two budgets; two seeds.
        Assert.Equal(3 + (1 + 3 * 2) * 2, plan.Units.Count);
        Assert.Equal(plan.Units.Count, plan.Units.Select(unit => unit.Fingerprint.Text).Distinct().Count());
        for (var i = 0; i < plan.Units.Count; i++)
            Assert.All(plan.Units[i].Needs, need => Assert.Contains(need, plan.Units.Take(i)));
    }

    [Fact]
    public void The_same_experiment_has_the_same_fingerprints() =>
        Assert.Equal(
            Experiments.Plan(Experiments.Small).Units.Select(unit => unit.Fingerprint),
            Experiments.Plan(Experiments.Small).Units.Select(unit => unit.Fingerprint)
        );

    // What changes, and how many units keep their result.
    [Theory]
    [InlineData("question: Does it run?", "question: Another?", 17)]
    [InlineData("seeds: [0, 1]", "seeds: [1, 2]", 10)]
    [InlineData("values: [2e8, 6e8]", "values: [2e8, 7e8]", 11)]
    [InlineData("k: 4", "k: 5", 12)]
    [InlineData("digits: 2", "digits: 3", 0)]
    [InlineData("prompts: 300", "prompts: 299", 1)]
    [InlineData("name: tiny, model: { layers: 1", "name: tiny, model: { layers: 2", 3)]
    public void A_fingerprint_changes_with_what_went_in_and_with_nothing_else(string before, string after, int kept)
    {
        var old = Experiments.Plan(Experiments.Small).Units.Select(unit => unit.Fingerprint.Text);
        var changed = Experiments
            .Plan(Experiments.Small.Altered(before, after))
            .Units.Select(unit => unit.Fingerprint.Text);
        Assert.Equal(kept, old.Intersect(changed).Count());
    }

    [Fact]
    public void A_k_beyond_the_vocabulary_is_refused() =>
        Assert.Contains(
            "experiment.yaml:15:5: method 'logits' asks for k = 400 of a vocabulary",
            Assert.Throws<SpecException>(() => Experiments.Plan(Experiments.Small.Altered("k: 4", "k: 400"))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Draws_that_would_weigh_more_than_the_file_holds_are_refused()
    {
        const string Sampled = """
            schema: 1
            name: stories
            question: Does it read?
            tasks:
              - { name: stories, task: teacher-text, tokens: 16 }
            teacher:
              name: someone
              licence: MIT
              checkpoint: { path: a.bin }
              sampling: { temperature: 1 }
            students:
              - { name: tiny, model: { layers: 1, width: 16, heads: 2 } }
            methods:
              - { name: drawn, objective: forward-kl, signal: sampled, k: 8, proposal: 0.4 }
            budgets: { unit: student-flops, values: [1e12] }
            """;
        Planner.Make(Experiments.Parse(Sampled), new Vocabulary(151_936));
        Assert.StartsWith(
            "experiment.yaml:14:5: method 'drawn' draws from probabilities to the power 0.2: of 151936 tokens",
            Assert
                .Throws<SpecException>(() =>
                    Planner.Make(
                        Experiments.Parse(Sampled.Altered("proposal: 0.4", "proposal: 0.2")),
                        new Vocabulary(151_936)
                    )
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    private sealed class Vocabulary(int size) : ICheckpointFiles
    {
        public (ModelShape Shape, string Hash) Describe(TeacherSpec teacher) =>
            (
                new ModelShape
                {
                    Layers = 1,
                    Width = 2,
                    Heads = 1,
                    KeyValueHeads = 1,
                    HeadWidth = 2,
                    FeedForward = 2,
                    Vocabulary = size,
                },
                "x"
            );

        public (ModelShape Shape, string Hash) Describe(FileReference weights) =>
            throw new InvalidOperationException("no weights here");

        public ModelShape ShapeOf(FileReference configuration) => throw new InvalidOperationException("no files");

        public (int Size, string Hash) DescribeTokenizer(FileReference tokenizer) => (size, "x");

        public string HashOf(FileReference file) => throw new InvalidOperationException("nothing is recorded here");
    }

    [Fact]
    public void Every_method_has_the_same_trials_on_validation_items_and_its_students_are_charged_for_them()
    {
        var tuned = Experiments.Plan(
            Experiments.Small + "\ntuning: { learning-rates: [0.003, 0.01, 0.03], budget: 1e8, items: 20 }"
        );
        var trials = tuned.Units.OfType<TrialUnit>().ToArray();
        Assert.Equal(3 * 3, trials.Length);
        Assert.All(
            trials,
            trial =>
                Assert.Equal(
                    (Split.Validation, 20, 1e8),
                    (trial.Evaluation.Split, trial.Evaluation.Items, trial.Budget!.Amount)
                )
        );
        foreach (var student in tuned.Units.OfType<StudentUnit>().Where(unit => unit.Method is not null))
        {
            var own = student.Needs.OfType<TrialUnit>().ToArray();
            Assert.Equal([0.003, 0.01, 0.03], own.Select(trial => trial.LearningRate));
            Assert.All(own, trial => Assert.Equal(student.Method!.Name, trial.Method!.Name));
            Assert.Equal(Split.Test, student.Evaluation.Split);
            // Training and measuring of each trial; the teacher's text is there for the student itself.
            Assert.Equal(
                own.Sum(trial => trial.Prediction.Charges.Take(2).Sum(charge => charge.Flops.Value)),
                student
                    .Prediction.Charges.Single(charge => charge.Kind == Bench.Protocol.Costs.ChargeKind.Tuning)
                    .Flops.Value,
                1.0
            );
        }
    }

    [Fact]
    public void No_problem_is_in_two_splits()
    {
        var task = (ProceduralTask)Experiments.Parse(Experiments.Small).Tasks[0].Task;
        var prompts = Enum.GetValues<Split>()
            .ToDictionary(
                split => split,
                split =>
                    ProblemSets
                        .Draw(task, split, 10_000, new Bench.Protocol.Seeds.Seed(7))
                        .Select(problem => problem.Prompt)
                        .ToHashSet()
            );
        Assert.All(prompts.Values, Assert.NotEmpty);
        Assert.Empty(prompts[Split.Train].Intersect(prompts[Split.Test]));
        Assert.Empty(prompts[Split.Train].Intersect(prompts[Split.Validation]));
        Assert.Empty(prompts[Split.Validation].Intersect(prompts[Split.Test]));
    }

    [Fact]
    public void A_budget_below_one_step_is_refused_before_anything_runs() =>
        Assert.StartsWith(
            "experiment.yaml:18:1: a budget of 10 student FLOPs does not pay for one step of tiny by answers",
            Assert
                .Throws<SpecException>(() => Experiments.Plan(Experiments.Small.Altered("[2e8, 6e8]", "[10, 6e8]")))
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_budget_predicts_itself()
    {
        foreach (
            var unit in Experiments
                .Plan(Experiments.Small)
                .Units.OfType<StudentUnit>()
                .Where(unit => unit.Budget is not null)
        )
        {
            var training = unit.Prediction.Charges.Single(charge =>
                charge.Kind == Bench.Protocol.Costs.ChargeKind.StudentTraining
            );
            Assert.InRange(training.Flops.Value / unit.Budget!.Amount, 0.9, 1.0);
        }
    }

    [Fact]
    public void A_budget_in_steps_plans_a_batch_of_examples_a_step_for_every_method()
    {
        var plan = Experiments.Plan(
            Experiments.Small.Altered("{ unit: student-flops, values: [2e8, 6e8] }", "{ unit: steps, values: [5, 40] }")
        );
        foreach (var steps in (double[])[5, 40])
        {
            var students = plan
                .Units.OfType<StudentUnit>()
                .Where(unit => unit.Budget?.Amount == steps && unit.Method!.Keep == Bench.Protocol.Signals.Keep.Trace)
                .ToArray();
            Assert.NotEmpty(students);
            // Sixteen examples of a step, about twenty tokens each.
            Assert.All(
                students,
                unit => Assert.InRange(unit.Prediction.Charges[0].Tokens, steps * 16 * 15, steps * 16 * 40)
            );
        }
    }

    [Fact]
    public void Ten_thousand_units_are_planned_in_seconds()
    {
        var many = Experiments.Small.Altered(
            "seeds: [0, 1]",
            $"seeds: [{string.Join(", ", Enumerable.Range(0, 1500))}]"
        );
        var clock = Stopwatch.StartNew();
        Assert.InRange(Experiments.Plan(many).Units.Count, 10_000, 11_000);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }
}
