using Bench.Protocol.Licences;
using Bench.Protocol.Objectives;
using Bench.Protocol.Reading;
using Bench.Protocol.Signals;
using Bench.Protocol.Specs;
using Bench.Protocol.Specs.Sections;

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
        Assert.Equal(
            new MethodSpec
            {
                Name = "logits",
                Signal = new TopK { K = 4 },
                Objective = new ForwardKl { Temperature = 2 },
            },
            spec.Methods[1] with
            {
                Location = null,
            }
        );
        Assert.Equal([2e8, 6e8], spec.Budgets.Select(budget => budget.Amount));
        Assert.All(spec.Budgets, budget => Assert.Equal("student-flops", budget.Unit));
    }

    [Fact]
    public void A_share_that_a_task_has_not_the_problems_for_is_refused()
    {
        var yaml = Experiments
            .Small.Altered(
                "{ name: addition, digits: 2 }",
                "{ name: addition, digits: 2 }\n  - { name: parity, bits: 8 }"
            )
            .Altered("keep: answer }", "keep: answer, shares: { parity: 0.9 } }");
        Assert.Contains(
            "training problems, and its share in method 'answers' is 270; lower the share or prompts",
            Assert.Throws<SpecException>(() => Experiments.Parse(yaml)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Named_tasks_have_their_shares_of_the_prompts_and_the_others_divide_what_is_left()
    {
        var spec = Experiments.Parse(
            Experiments.Small.Altered(
                "{ name: addition, digits: 2 }",
                "{ name: addition, digits: 2 }\n  - { name: sorting, length: 5 }\n  - { name: parity, bits: 12 }"
            )
        );
        int[] Prompts(Dictionary<string, double>? shares) =>
            [.. PromptShares.Of(spec, shares).Select(entry => entry.Prompts)];
        Assert.Equal([100, 100, 100], Prompts(null));
        Assert.Equal([148, 3, 149], Prompts(new() { ["sorting"] = 0.01, ["parity"] = 149.0 / 300 }));
        Assert.Equal([135, 30, 135], Prompts(new() { ["sorting"] = 0.1 }));
        // What rounds up twice has no more than there is: the first of equals has the odd one.
        Assert.Equal([1, 0, 299], Prompts(new() { ["addition"] = 0.5 / 300, ["sorting"] = 0.5 / 300 }));
        Assert.Equal(
            [0, 300, 0],
            Prompts(
                new()
                {
                    ["addition"] = 0,
                    ["sorting"] = 1,
                    ["parity"] = 0,
                }
            )
        );
    }

    [Fact]
    public void Every_experiment_in_the_repository_is_valid()
    {
        var files = Directory
            .EnumerateFiles(
                Path.Combine(Repository.Root, "experiments"),
                "experiment.yaml",
                SearchOption.AllDirectories
            )
            .ToArray();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var spec = ExperimentFile.Load(file);
            Assert.Equal(Path.GetFileName(Path.GetDirectoryName(file)), spec.Name);
            Assert.All(spec.Teachers, teacher => LicenceGate.Check(teacher));
        }
    }

    // What is written instead of what, and the one line that comes out.
    [Theory]
    [InlineData("question:", "questoin:", "experiment.yaml:3:1: unknown key 'questoin'; did you mean 'question'?")]
    [InlineData(
        "question: Does it run?\n",
        "",
        "experiment.yaml:1:1: 'question' is missing; state the question that the experiment answers"
    )]
    [InlineData(
        "prompts: 300",
        "prompts: 300\npromts: 4",
        "experiment.yaml:18:1: unknown key 'promts'; did you mean 'prompts'?"
    )]
    [InlineData(
        "signal: text, keep: answer",
        "signal: txet, keep: answer",
        "experiment.yaml:14:56: 'signal' cannot be 'txet'; did you mean 'text'?"
    )]
    [InlineData("[2e8, 6e8]", "[-1, 6e8]", "experiment.yaml:18:42: 'values' is -1; it must be more than 0")]
    [InlineData(
        "{ name: addition, digits: 2 }",
        "{ name: addition, digits: 2 }\n  - { name: addition, digits: 3 }",
        "experiment.yaml:6:13: there are two tasks of the name 'addition'; rename one: { name: other, task: addition }"
    )]
    [InlineData(
        "{ name: addition, digits: 2 }",
        "{ name: adition, digits: 2 }",
        "experiment.yaml:5:13: 'name' cannot be 'adition'; did you mean 'addition'?"
    )]
    [InlineData("digits: 2", "digits: 2.5", "experiment.yaml:5:31: 'digits' must be a whole number")]
    [InlineData("digits: 2", "digit: 2", "experiment.yaml:5:23: unknown key 'digit'; did you mean 'digits'?")]
    [InlineData(
        "  model: { layers: 1, width: 16, heads: 2 }\nstudents",
        "students",
        "experiment.yaml:7:3: 'model' is missing; give the teacher's shape: model: { layers, width, heads }"
    )]
    [InlineData(
        "width: 16, heads: 2 } }",
        "width: 15, heads: 2 } }",
        "experiment.yaml:12:46: width 15 is not a multiple of heads 2; change one, or give head-width"
    )]
    [InlineData(
        "objective: cross-entropy, signal: text",
        "objective: forward-kl, signal: text",
        "experiment.yaml:14:33: forward-kl cannot learn from the signal text; it learns from top-k or sampled or "
            + "on-policy"
    )]
    [InlineData("items: 40", "items: 99999", "experiment.yaml:21:1: task 'addition' has only")]
    [InlineData(
        "keep: answer }",
        "keep: answer, shares: { additoin: 1 } }",
        "experiment.yaml:14:5: there is no task 'additoin'; did you mean 'addition'?"
    )]
    [InlineData(
        "keep: answer }",
        "keep: answer, shares: { addition: 0.5 } }",
        "experiment.yaml:14:5: the shares of method 'answers' add up to 0.5; make them add up to 1"
    )]
    [InlineData(
        "learning-rate: 0.01, batch: 16 }\n  model",
        "tasks: [subtraction], learning-rate: 0.01, batch: 16 }\n  model",
        "experiment.yaml:8:12: there is no task 'subtraction'"
    )]
    [InlineData(
        "keep: answer }",
        "keep: answer, choose: least-confident }",
        "experiment.yaml:14:5: method 'answers' chooses which prompts to ask, and this budget does not count them; "
            + "use budgets in queries, or remove choose"
    )]
    [InlineData(
        "{ unit: student-flops, values: [2e8, 6e8] }",
        "{ unit: generations, values: [1, 3] }",
        "experiment.yaml:18:1: generations follow each other; give all from 1 on: values: [1, 2, 3]"
    )]
    [InlineData(
        "{ unit: student-flops, values: [2e8, 6e8] }",
        "{ unit: generations, values: [1, 2] }",
        "experiment.yaml:15:5: method 'logits' is not handed on: generations learn from text"
    )]
    [InlineData(
        "keep: answer }",
        "keep: answer, sampling: { temperature: 1, canaries: { key: 1 } } }",
        "experiment.yaml:14:5: canaries are planted in free text, and these tasks have answers"
    )]
    [InlineData(
        "keep: answer }",
        "keep: answer, gold-share: 0.5 }\n  - { name: x, objective: rationale-multitask, signal: text, gold-share: "
            + "0.5 }",
        "experiment.yaml:15:5: method 'x' mixes gold solutions in, and a budget in queries or a loss of two parts "
            + "has no room"
    )]
    [InlineData(
        "keep: answer }",
        "keep: answer, shares: { addition: 1 }, sampling: { temperature: 1, watermark: { key: 1, share: 0.5 } }, "
            + "gold-share: 0.5 }",
        "experiment.yaml:14:5: method 'answers' takes the first part of a pool of which another first part is marked"
    )]
    [InlineData(
        "decode: greedy",
        "decode: greedy, detection: { key: 1, probes: [10] }",
        "experiment.yaml:21:1: detection reads a teacher's text, and these tasks have answers"
    )]
    [InlineData(
        "digits: 2 }",
        "digits: 2 }\n  - { name: identity, called: Ada }",
        "experiment.yaml:6:31: 'called' cannot be 'Ada'; use up to 16 letters from a to z"
    )]
    [InlineData("[0, 1]", "[0, 0]", "experiment.yaml:20:8: a seed stands twice; remove one")]
    [InlineData(
        "name: tiny",
        "name: ../tiny",
        "experiment.yaml:12:13: 'name' is not a usable name; use at most 64 letters"
    )]
    [InlineData("schema: 1", "schema: 2", "experiment.yaml:1:9: 'schema' is 2; it must be 1")]
    [InlineData("[0, 1]", "[0.7, 1]", "experiment.yaml:20:8: an entry of 'seeds' must be a whole number")]
    [InlineData(
        "unit: student-flops, values: [2e8, 6e8]",
        "unit: queries, values: [0.5, 20]",
        "experiment.yaml:18:35: a budget that is counted must be a whole number of at least 1"
    )]
    [InlineData(
        "unit: student-flops, values: [2e8, 6e8]",
        "unit: queries, values: [20, 301]",
        "experiment.yaml:18:1: 301 queries are more than the 300 prompts; raise prompts"
    )]
    [InlineData(
        "unit: student-flops, values: [2e8, 6e8] }",
        "unit: queries, values: [20, 30] }\ntuning: { learning-rates: [0.1, 0.2], budget: 400, items: 9 }",
        "experiment.yaml:19:9: 400 queries are more than the 300 prompts; raise prompts"
    )]
    [InlineData(
        "decode: greedy",
        "decode: sample, samples: 4, confidence: true",
        "experiment.yaml:21:1: confidence is that of one response to each item; remove samples or confidence"
    )]
    [InlineData(
        "objective: forward-kl, temperature: 2, signal: top-k, k: 4",
        "objective: forward-kl, signal: on-policy, sampling: { temperature: 1 }",
        "experiment.yaml:15:63: method 'logits' learns from nothing that the teacher writes; remove sampling, or "
            + "lower lambda"
    )]
    [InlineData(
        "boundary: [",
        "boundary: [tuning, ",
        "experiment.yaml:22:1: nothing is tuned in this experiment; remove tuning"
    )]
    [InlineData("name: small", "device: cuda:-5\nname: small", "experiment.yaml:2:9: there is no device 'cuda:-5'")]
    [InlineData(
        "name: small",
        "name: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        "experiment.yaml:2:36: the file nests too deeply"
    )]
    [InlineData("name: small", "name: [[[[", "experiment.yaml:1:1: not valid YAML")]
    [InlineData("tasks:", "tasks: [", "experiment.yaml:5:3: not valid YAML")]
    public void A_wrong_experiment_is_refused_in_one_line_with_its_place(string right, string wrong, string message)
    {
        var error = Assert.Throws<SpecException>(() => Experiments.Parse(Experiments.Small.Altered(right, wrong)));
        // A line for each error, and this is one of them.
        Assert.Contains(error.Message.Split('\n'), line => line.StartsWith(message, StringComparison.Ordinal));
    }

    [Fact]
    public void All_errors_of_a_file_are_told_in_its_order()
    {
        var wrong =
            Experiments
                .Small.Altered("digits: 2", "digits: 20")
                .Altered("  licence: MIT\n", "")
                .Altered("k: 4", "k: 0")
                .Altered("[ gold-answers ]", "[ gold-anwsers ]")
                .Altered("items: 40", "itmes: 40") + "\nepoch: 3";
        var error = Assert.Throws<SpecException>(() => Experiments.Parse(wrong));
        Assert.Equal(
            [
                "'digits' is 20",
                "'licence' is missing",
                "'k' is 0",
                "there is no baseline 'gold-anwsers'",
                "unknown key 'itmes'",
                "unknown key 'epoch'",
            ],
            error.Errors.Select(each => each.Problem)
        );
        Assert.Equal(error.Errors.Count, error.Message.Split('\n').Length);
        Assert.Equal(error.Errors.OrderBy(each => each.Location!.Line), error.Errors);
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
        foreach (
            var (right, wrong, says) in ((string, string, string)[])
                [
                    ("temperature: 1", "temperature: 0", "a greedy teacher writes the same text every time"),
                    ("signal: text", "signal: text, keep: answer", "teacher-text has no answers to keep"),
                    ("tokens: 16 }", "tokens: 16 }\n  - { name: more, task: teacher-text }", "a teacher has one text"),
                    (
                        "tokens: 16 }",
                        "tokens: 16 }\n  - { name: addition }",
                        "teacher-text cannot stand beside tasks with gold solutions"
                    ),
                    ("budgets:", "baselines: [ gold-answers ]\nbudgets:", "teacher-text has no gold solutions"),
                ]
        )
            Assert.Contains(
                says,
                Assert.Throws<SpecException>(() => Experiments.Parse(Stories.Altered(right, wrong))).Message,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void A_recorded_teacher_is_not_asked_how_it_writes_nor_what_it_spent()
    {
        var recorded = Experiments
            .Small.Altered(
                "  train: { on: gold-traces, tokens: 60_000, learning-rate: 0.01, batch: 16 }\n  model: { layers: 1, "
                    + "width: 16, heads: 2 }\n",
                "  traces: { path: a.jsonl }\n"
            )
            .Altered("  - { name: logits, objective: forward-kl, temperature: 2, signal: top-k, k: 4 }\n", "");
        Experiments.Parse(recorded);
        foreach (
            var (right, wrong, says) in ((string, string, string)[])
                [
                    (
                        "a.jsonl }",
                        "a.jsonl }\n  sampling: { temperature: 1 }",
                        "experiment.yaml:10:3: a recorded teacher's text is already written; remove sampling"
                    ),
                    (
                        "student-flops, v",
                        "total-flops, v",
                        "experiment.yaml:16:1: the cost of the recorded teacher 'ada' is not known, and total-flops "
                            + "count it"
                    ),
                ]
        )
            Assert.StartsWith(
                says,
                Assert.Throws<SpecException>(() => Experiments.Parse(recorded.Altered(right, wrong))).Message,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void An_empty_file_is_refused() => Assert.Throws<SpecException>(() => Experiments.Parse(""));

    [Theory]
    [InlineData("MIT")]
    [InlineData("Apache-2.0")]
    [InlineData("bsd-3-clause")]
    public void Permissive_licences_pass_the_gate(string licence) =>
        LicenceGate.Check(Experiments.Parse(Experiments.Small.Altered("MIT", licence)).Teachers[0]);

    [Theory]
    [InlineData("Llama-3.1")]
    [InlineData("MYT")]
    [InlineData("CC-BY-NC-4.0")]
    public void Any_other_licence_is_refused_by_name(string licence)
    {
        var error = Assert.Throws<LicenceRefusedException>(() =>
            LicenceGate.Check(Experiments.Parse(Experiments.Small.Altered("MIT", licence)).Teachers[0])
        );
        Assert.Contains(
            $"experiment.yaml:8:12: the licence '{licence}' of teacher 'ada'",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(
        "Llama 2 Community License",
        "",
        "forbids training other models on its outputs: outputs may not be used to improve any other LLM"
    )]
    [InlineData("Llama 3.1 Community License", "", "add acknowledge: [llama-3.1] to the teacher")]
    [InlineData("Llama 3.1 Community License", "qwen", "add acknowledge: [llama-3.1] to the teacher")]
    [InlineData("MRL-0.1 / MNPL-0.1", "", "is unclear")]
    [InlineData("Llama 3.1 Comunity License", "llama-3.1", "did you mean 'Llama 3.1 Community License'?")]
    [InlineData("Llama 3.1 Community License", "llama-3.1", null)]
    [InlineData("MRL-0.1 / MNPL-0.1", "mistral-research", null)]
    [InlineData("MIT (on Apache-2.0 bases)", "", null)]
    public void The_gate_follows_the_table(string licence, string acknowledged, string? refusal)
    {
        var teacher = Experiments
            .Parse(
                Experiments.Small.Altered(
                    "licence: MIT",
                    $"licence: {licence}{(acknowledged.Length > 0 ? $"\n  acknowledge: [{acknowledged}]" : "")}"
                )
            )
            .Teachers[0];
        if (refusal is not null)
            Assert.Contains(
                refusal,
                Assert.Throws<LicenceRefusedException>(() => LicenceGate.Check(teacher)).Message,
                StringComparison.Ordinal
            );
        else
            Assert.StartsWith(licence, LicenceGate.Inherited(teacher), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_licence_of_the_table_is_unique_and_says_what_it_asks()
    {
        var rows = LicenceTable.Names.Select(name => LicenceTable.Find(name)!).ToArray();
        Assert.Equal(rows.Length, rows.Select(row => row.Key).Distinct().Count());
        Assert.All(rows, row => Assert.NotEmpty(row.Condition));
        Assert.Contains(rows, row => row.Permission == Permission.No);
    }

    [Theory]
    [InlineData("budgets", "budgets", 0)]
    [InlineData("bugdets", "budgets", 1)]
    [InlineData("budget", "budgets", 1)]
    [InlineData("", "abc", 3)]
    public void Distance_counts_slips_of_the_pen(string a, string b, int distance) =>
        Assert.Equal(distance, Suggestion.Distance(a, b));

    // A method instead of the second one, and the one line that comes out; the column is where the wrong value stands.
    [Theory]
    [InlineData(
        "objective: jsd, signal: top-k, beta: 1",
        "experiment.yaml:15:58: 'beta' is 1; it must lie strictly between 0 and 1"
    )]
    [InlineData(
        "objective: jsd, signal: top-k, beta: 0",
        "experiment.yaml:15:58: 'beta' is 0; it must lie strictly between 0 and 1"
    )]
    [InlineData("objective: jsd, signal: top-k", "experiment.yaml:15:5: 'beta' is missing")]
    [InlineData(
        "objective: skew-kl, signal: top-k, alpha: 1",
        "experiment.yaml:15:63: 'alpha' is 1; it must lie strictly between 0 and 1"
    )]
    [InlineData(
        "objective: skew-reverse-kl, signal: on-policy, alpha: -0.1",
        "experiment.yaml:15:75: 'alpha' is -0.1; it must lie strictly between 0 and 1"
    )]
    [InlineData(
        "objective: reverse-kl, signal: sampled",
        "experiment.yaml:15:32: reverse-kl cannot learn from the signal sampled; it learns from top-k or on-policy"
    )]
    [InlineData("objective: forward-kl, signal: top-k, beta: 0.5", "experiment.yaml:15:59: unknown key 'beta'")]
    [InlineData(
        "objective: forwardkl, signal: top-k",
        "experiment.yaml:15:32: 'objective' cannot be 'forwardkl'; did you mean 'forward-kl'?"
    )]
    [InlineData(
        "objective: jsd, signal: on-policy, beta: 0.5, keep: answer",
        "experiment.yaml:15:73: a student on its own text writes what it writes; remove keep"
    )]
    [InlineData(
        "objective: jsd, signal: on-policy, beta: 0.5, replay: 8",
        "experiment.yaml:15:5: a replay buffer of 8 is smaller than a batch of 16; raise replay"
    )]
    [InlineData(
        "objective: cross-entropy, signal: text, sampling: { samples: 4 }",
        "experiment.yaml:15:82: a greedy teacher writes the same response every time"
    )]
    public void A_wrong_method_is_refused_in_one_line_with_its_place(string method, string message)
    {
        var wrong = Experiments.Small.Altered("objective: forward-kl, temperature: 2, signal: top-k, k: 4", method);
        Assert.StartsWith(
            message,
            Assert.Throws<SpecException>(() => Experiments.Parse(wrong)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_recorded_teacher_has_no_probabilities_to_give()
    {
        var recorded = Experiments.Small.Altered(
            "  train: { on: gold-traces, tokens: 60_000, learning-rate: 0.01, batch: 16 }\n  model: { layers: 1, "
                + "width: 16, heads: 2 }\n",
            "  traces: { path: r1.jsonl }\n"
        );
        Assert.StartsWith(
            "experiment.yaml:14:5: method 'logits' needs probabilities, and teacher 'ada' is recorded text without "
                + "them",
            Assert.Throws<SpecException>(() => Experiments.Parse(recorded)).Message,
            StringComparison.Ordinal
        );
        var lines = recorded.Split('\n').Where(line => !line.Contains("logits", StringComparison.Ordinal));
        Assert.False(Experiments.Parse(string.Join('\n', lines)).Teachers[0].IsMeasured);
    }

    [Fact]
    public void A_student_with_other_tokens_learns_text_or_by_uld_and_nothing_that_pairs_tokens()
    {
        var bytes = Experiments.Small.Altered("- { name: tiny, model:", "- { name: tiny, tokenizer: bytes, model:");
        Assert.StartsWith(
            "experiment.yaml:15:5: method 'logits' pairs tokens, and student 'tiny' has another tokenizer than the "
                + "teacher; use objective: uld",
            Assert.Throws<SpecException>(() => Experiments.Parse(bytes)).Message,
            StringComparison.Ordinal
        );
        Experiments.Parse(bytes.Altered("forward-kl, temperature: 2", "uld"));
    }

    [Theory]
    [InlineData(
        "{ learning-rates: [0.01], items: 20 }\ntasks:\n  - { name: parity, bits: 2 }",
        "experiment.yaml:4:9: task 'parity' has an empty validation split; make the task harder"
    )]
    [InlineData(
        "{ learning-rates: [0.01], items: 5000 }\ntasks:\n  - { name: addition, digits: 2 }",
        "experiment.yaml:4:9: task 'addition' has only"
    )]
    [InlineData(
        "{ learning-rates: [0.01, 0.01] }\ntasks:\n  - { name: addition, digits: 2 }",
        "experiment.yaml:4:27: a learning rate stands twice"
    )]
    [InlineData(
        "{ learning-rates: [] }\ntasks:\n  - { name: addition, digits: 2 }",
        "experiment.yaml:4:27: 'learning-rates' is empty"
    )]
    public void Tuning_without_validation_items_is_refused(string tuning, string message)
    {
        var wrong = Experiments
            .Small.Altered("tasks:\n  - { name: addition, digits: 2 }", "tuning: " + tuning)
            .Altered("items: 40", "items: 2");
        Assert.StartsWith(
            message,
            Assert.Throws<SpecException>(() => Experiments.Parse(wrong)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Results_are_not_reported_on_the_items_that_rates_were_chosen_on() =>
        Assert.StartsWith(
            "experiment.yaml:21:1: learning rates are chosen on validation items, and results on the same items "
                + "would flatter them",
            Assert
                .Throws<SpecException>(() =>
                    Experiments.Parse(
                        Experiments.Small.Altered("items: 40,", "items: 40, split: validation,")
                            + "\ntuning: { learning-rates: [0.01], items: 20 }"
                    )
                )
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Teachers_are_compared_by_name()
    {
        var two = Experiments
            .Small.Altered("teacher:\n  name: ada", "teachers:\n - name: ada")
            .Altered(
                "  licence: MIT\n  train: { on: gold-traces, tokens: 60_000, learning-rate: 0.01, batch: 16 }\n  "
                    + "model: { layers: 1, width: 16, heads: 2 }\n",
                """
                   licence: MIT
                   train: { on: gold-traces, tokens: 60_000 }
                   model: { layers: 1, width: 16, heads: 2 }
                 - name: bob
                   licence: MIT
                   train: { on: gold-traces, tokens: 60_000 }
                   model: { layers: 1, width: 32, heads: 2 }

                """
            );
        Assert.Equal(["ada", "bob"], Experiments.Parse(two).Teachers.Select(teacher => teacher.Name));
        Assert.Contains(
            "there are two teachers of the name 'ada'",
            Assert.Throws<SpecException>(() => Experiments.Parse(two.Altered("bob", "ada"))).Message,
            StringComparison.Ordinal
        );
        var plan = Experiments.Plan(two);
        Assert.Equal(["teacher-ada", "teacher-bob"], plan.Teachers.Select(teacher => teacher.Run));
        // Methods once for each teacher, baselines and the untrained student once.
        Assert.Equal(2 * (1 + 2 * 2 * 2 + 2), plan.Units.OfType<Bench.Protocol.Plans.StudentUnit>().Count());
    }

    private const string DigitsExperiment = """
        schema: 1
        name: digits
        question: Does it see?
        tasks:
          - { name: digits, withheld: 3 }
        teacher:
          name: net
          licence: MIT
          train: { on: gold-traces, tokens: 1000, dropout: 0.5, jitter: 2 }
          model: { hidden: [8, 8] }
        students:
          - { name: small, model: { hidden: [4] } }
        methods:
          - { name: soft, objective: forward-kl, signal: top-k, k: 10, temperature: 4 }
        baselines: [ gold-answers ]
        budgets: { unit: examples, values: [500] }
        """;

    [Theory]
    [InlineData("name: digits, withheld: 3", "name: addition", "a perceptron reads images, and these tasks are text")]
    [InlineData("hidden: [4]", "layers: 1, width: 8, heads: 2", "student 'small' of digits must be a perceptron")]
    [InlineData(
        "signal: top-k, k: 10, temperature: 4",
        "signal: on-policy",
        "method 'soft' needs text, and digits are images"
    )]
    [InlineData("withheld: 3", "withheld: 10", "'withheld' is 10")]
    public void Digits_are_for_perceptrons(string right, string wrong, string message)
    {
        Assert.Equal(
            (784 + 1) * 4 + (4 + 1) * 10,
            Experiments
                .Plan(DigitsExperiment)
                .Units.OfType<Bench.Protocol.Plans.StudentUnit>()
                .First()
                .Student.Model.Parameters
        );
        Assert.Contains(
            message,
            Assert.Throws<SpecException>(() => Experiments.Parse(DigitsExperiment.Altered(right, wrong))).Message,
            StringComparison.Ordinal
        );
    }
}
