using Bench.Protocol.Licences;
using Bench.Protocol.Specs;

namespace Bench.Tests.Protocol;

public class SpecTests
{
    [Fact]
    public void The_experiment_is_read_as_it_is_written()
    {
        var spec = Experiments.Parse(Experiments.Small);
        Assert.Equal("small", spec.Name);
        Assert.Equal(60_000, spec.Teachers[0].Training!.Tokens);
        Assert.Equal(["answers", "logits", "gold-answers"], spec.Methods.Select(method => method.Name));
        Assert.Equal(new MethodSpec { Name = "logits", Signal = SignalKind.TopK, Objective = "forward-kl", Keep = Keep.Trace, Temperature = 2, K = 4 }, spec.Methods[1] with { Place = null });
        Assert.Equal([2e8, 6e8], spec.Budgets.Select(budget => budget.Amount));
        Assert.All(spec.Budgets, budget => Assert.Equal(BudgetUnit.StudentFlops, budget.Unit));
    }

    [Fact]
    public void Every_experiment_in_the_repository_is_valid()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "experiments"), "experiment.yaml", SearchOption.AllDirectories).ToArray();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var spec = ExperimentFile.Load(file);
            Assert.Equal(Path.GetFileName(Path.GetDirectoryName(file)), spec.Name);
            Assert.All(spec.Teachers, LicenceGate.Check);
        }
    }

    // What is written instead of what, and the one line that comes out.
    [Theory]
    [InlineData("question:", "questoin:", "experiment.yaml:3:1: unknown key 'questoin'; did you mean 'question'?")]
    [InlineData("question: Does it run?\n", "", "experiment.yaml:1:1: 'question' is missing; state the question that the experiment answers")]
    [InlineData("prompts: 300", "prompts: 300\npromts: 4", "experiment.yaml:18:1: unknown key 'promts'; did you mean 'prompts'?")]
    [InlineData("signal: text, keep: answer", "signal: txet, keep: answer", "experiment.yaml:14:56: 'signal' cannot be 'txet'; did you mean 'text'?")]
    [InlineData("[2e8, 6e8]", "[-1, 6e8]", "experiment.yaml:18:42: 'values' is -1; it must be more than 0")]
    [InlineData("{ name: addition, digits: 2 }", "{ name: addition, digits: 2 }\n  - { name: addition, digits: 3 }",
        "experiment.yaml:6:13: there are two tasks of the name 'addition'; rename one: { name: other, task: addition }")]
    [InlineData("{ name: addition, digits: 2 }", "{ name: adition, digits: 2 }", "experiment.yaml:5:13: 'name' cannot be 'adition'; did you mean 'addition'?")]
    [InlineData("digits: 2", "digits: 2.5", "experiment.yaml:5:31: 'digits' must be a whole number")]
    [InlineData("digits: 2", "digit: 2", "experiment.yaml:5:23: unknown key 'digit'; did you mean 'digits'?")]
    [InlineData("  model: { layers: 1, width: 16, heads: 2 }\nstudents", "students", "experiment.yaml:7:3: 'model' is missing; give the teacher's shape: model: { layers, width, heads }")]
    [InlineData("width: 16, heads: 2 } }", "width: 15, heads: 2 } }", "experiment.yaml:12:46: width 15 is not a multiple of heads 2; change one, or give head-width")]
    [InlineData("objective: cross-entropy, signal: text", "objective: forward-kl, signal: text",
        "experiment.yaml:14:33: forward-kl cannot learn from the signal text; it learns from top-k or sampled or on-policy")]
    [InlineData("items: 40", "items: 99999", "experiment.yaml:21:1: task 'addition' has only")]
    [InlineData("[0, 1]", "[0, 0]", "experiment.yaml:20:8: a seed stands twice; remove one")]
    [InlineData("name: tiny", "name: ../tiny", "experiment.yaml:12:13: 'name' is not a usable name; use at most 64 letters")]
    [InlineData("schema: 1", "schema: 2", "experiment.yaml:1:9: 'schema' is 2; it must be from 1 to 1")]
    [InlineData("[0, 1]", "[0.7, 1]", "experiment.yaml:20:8: a seed must be a whole number")]
    [InlineData("unit: student-flops, values: [2e8, 6e8]", "unit: queries, values: [0.5, 20]", "experiment.yaml:18:35: a budget that is counted must be a whole number of at least 1")]
    [InlineData("unit: student-flops, values: [2e8, 6e8]", "unit: queries, values: [20, 301]", "experiment.yaml:18:1: 301 queries are more than the 300 prompts; raise prompts")]
    [InlineData("boundary: [", "boundary: [tuning, ", "experiment.yaml:22:1: nothing is tuned in this experiment; remove tuning")]
    [InlineData("name: small", "device: cuda:-5\nname: small", "experiment.yaml:2:9: there is no device 'cuda:-5'")]
    [InlineData("name: small", "name: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "experiment.yaml:2:36: the file nests too deeply")]
    [InlineData("name: small", "name: [[[[", "experiment.yaml:1:1: not valid YAML")]
    [InlineData("tasks:", "tasks: [", "experiment.yaml:5:3: not valid YAML")]
    public void A_wrong_experiment_is_refused_in_one_line_with_its_place(string right, string wrong, string message)
    {
        var error = Assert.Throws<SpecException>(() => Experiments.Parse(Experiments.Small.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_missing_teacher_is_refused()
    {
        var lines = Experiments.Small.Split('\n').ToList();
        lines.RemoveRange(5, 5);
        var error = Assert.Throws<SpecException>(() => Experiments.Parse(string.Join('\n', lines)));
        Assert.StartsWith("experiment.yaml:1:1: 'teacher' is missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_teachers_own_text_needs_chance_and_stands_alone()
    {
        const string Stories = """
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
              - { name: text, objective: cross-entropy, signal: text }
            budgets: { unit: student-flops, values: [1e9] }
            """;
        Experiments.Parse(Stories);
        foreach (var (right, wrong, says) in ((string, string, string)[])[
            ("temperature: 1", "temperature: 0", "a greedy teacher writes the same text every time"),
            ("signal: text", "signal: text, keep: answer", "teacher-text has no answers to keep"),
            ("tokens: 16 }", "tokens: 16 }\n  - { name: more, task: teacher-text }", "a teacher has one text"),
            ("tokens: 16 }", "tokens: 16 }\n  - { name: addition }", "teacher-text cannot stand beside tasks with gold solutions"),
            ("budgets:", "baselines: [ gold-answers ]\nbudgets:", "teacher-text has no gold solutions")])
            Assert.Contains(says, Assert.Throws<SpecException>(() => Experiments.Parse(Stories.Replace(right, wrong, StringComparison.Ordinal))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_is_refused() => Assert.Throws<SpecException>(() => Experiments.Parse(""));

    [Theory]
    [InlineData("MIT")]
    [InlineData("Apache-2.0")]
    [InlineData("BSD-3-Clause")]
    public void Permissive_licences_pass_the_gate(string licence) => LicenceGate.Check(Experiments.Parse(Experiments.Small.Replace("MIT", licence, StringComparison.Ordinal)).Teachers[0]);

    [Theory]
    [InlineData("Llama-3.1")]
    [InlineData("mit")]
    [InlineData("CC-BY-NC-4.0")]
    public void Any_other_licence_is_refused_by_name(string licence)
    {
        var error = Assert.Throws<LicenceRefusedException>(() => LicenceGate.Check(Experiments.Parse(Experiments.Small.Replace("MIT", licence, StringComparison.Ordinal)).Teachers[0]));
        Assert.Contains($"experiment.yaml:8:12: the licence '{licence}' of teacher 'ada'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("budgets", "budgets", 0)]
    [InlineData("bugdets", "budgets", 1)]
    [InlineData("budget", "budgets", 1)]
    [InlineData("", "abc", 3)]
    public void Distance_counts_slips_of_the_pen(string a, string b, int distance) => Assert.Equal(distance, Suggestion.Distance(a, b));
}
