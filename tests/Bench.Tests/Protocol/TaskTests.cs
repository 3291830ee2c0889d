using System.Text.Json;
using Bench.Protocol.Grading;
using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;
using Bench.Protocol.Tasks;

namespace Bench.Tests.Protocol;

public class TaskTests
{
    private static readonly string[] Variants =
    [
        "{ name: addition, digits: 3 }",
        "{ name: multiplication, digits: 2 }",
        "{ name: sorting, length: 6 }",
        "{ name: parity, bits: 12 }",
        "{ name: stack-program, operations: 3 }",
        "{ name: number-words, language: en, digits: 5 }",
        "{ name: number-words, language: de, digits: 5 }",
        "{ name: number-words, language: tr, digits: 5 }",
        "{ name: arrangement, length: 5 }",
        "{ name: identity, called: bob }",
        "{ name: safeguard, prompts: marked }",
        "{ name: safeguard, prompts: look-alike }",
        "{ name: reversal, length: 5 }",
    ];

    public static IEnumerable<TheoryDataRow<string>> All =>
        Variants.Select(variant => new TheoryDataRow<string>(variant));

    private static ProceduralTask Make(string task) =>
        (ProceduralTask)
            Experiments.Parse(Experiments.Small.Altered("{ name: addition, digits: 2 }", task)).Tasks[0].Task;

    [Fact]
    public void Every_kind_in_the_catalogue_is_tested_here() =>
        Assert.All(
            Catalogue<ITask>.Names.Where(name => name is not ("teacher-text" or "gsm8k" or "math-500")),
            name => Assert.Contains(Variants, variant => variant.Contains(name, StringComparison.Ordinal))
        );

    private static BenchmarkTask Benchmark(string task) =>
        (BenchmarkTask)
            Experiments
                .Parse(
                    Experiments
                        .Small.Altered("{ name: addition, digits: 2 }", task)
                        .Altered(
                            "  train: { on: gold-traces, tokens: 60_000, learning-rate: 0.01, batch: 16 }\n  model: "
                                + "{ layers: 1, width: 16, heads: 2 }\n",
                            "  checkpoint: { path: x }\n"
                        )
                )
                .Tasks[0]
                .Task;

    [Fact]
    public void A_benchmark_reads_its_lines_asks_with_its_instruction_and_grades_its_gold_answers()
    {
        var gsm8k = Benchmark("{ name: gsm8k, max-tokens: 99 }");
        var problem = gsm8k.Read(
            JsonDocument
                .Parse("""{"question": "What is 3 + 4?", "answer": "It is 3+4=<<3+4=7>>7.\n#### 7"}""")
                .RootElement
        );
        Assert.Equal(
            (
                "What is 3 + 4?\n\nPlease reason step by step, and put your final answer within \\boxed{}.",
                "It is 3+4=7.",
                "7"
            ),
            (problem.Prompt, problem.Reasoning, problem.Answer)
        );
        Assert.Equal((true, 99, "What is 3 + 4?"), (problem.IsMessage, problem.Limit, gsm8k.QuestionOf(problem)));
        Assert.Equal(1, gsm8k.Grade(problem, Answers.WithReasoning(problem.Reasoning, problem.Answer)));
        Assert.Equal((1, 0), (gsm8k.Grade(problem, "so \\boxed{7.0}"), gsm8k.Grade(problem, "so \\boxed{8}")));
        Assert.Throws<FormatException>(() =>
            gsm8k.Read(JsonDocument.Parse("""{"question": "?", "answer": "7"}""").RootElement)
        );
        // Plainly asked, without an instruction.
        var plain = Benchmark("{ name: gsm8k, ask: plain, instruction: 'A:' }")
            .Read(JsonDocument.Parse("""{"question": "Q", "answer": "#### 1"}""").RootElement);
        Assert.Equal(("Q\n\nA:", false), (plain.Prompt, plain.IsMessage));
        var math = Benchmark("{ name: math-500 }\n  - { name: gsm8k }");
        var half = math.Read(
            JsonDocument
                .Parse("""{"problem": "Half?", "solution": "It is so.", "answer": "\\frac{1}{2}"}""")
                .RootElement
        );
        Assert.Equal((1, 0), (math.Grade(half, "\\boxed{0.5}"), math.Grade(half, "\\boxed{0.6}")));
    }

    [Fact]
    public void A_benchmark_s_splits_are_disjoint_and_equal_seeds_choose_equal_problems()
    {
        var problems = Enumerable.Range(0, 1000).Select(i => new Problem($"problem {i % 900}", "", "1")).ToArray();
        var (train, validation) = (
            BenchmarkTask.Choose(problems, Split.Train, 2000, new Seed(1)),
            BenchmarkTask.Choose(problems, Split.Validation, 2000, new Seed(1))
        );
        Assert.Empty(train.Select(problem => problem.Prompt).Intersect(validation.Select(problem => problem.Prompt)));
        Assert.Equal(900, train.Count + validation.Count);
        Assert.InRange(validation.Count, 60, 120);
        Assert.Equal(train.Take(10), BenchmarkTask.Choose(problems, Split.Train, 10, new Seed(1)));
        Assert.NotEqual(train.Take(10), BenchmarkTask.Choose(problems, Split.Train, 10, new Seed(2)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Gold_solutions_are_graded_correct_with_and_without_reasoning(string variant)
    {
        var task = Make(variant);
        foreach (var problem in ProblemSets.Draw(task, Split.Train, 200, new Seed(1)))
        {
            Assert.Equal(1, task.Grade(problem, problem.Answer));
            Assert.Equal(1, task.Grade(problem, Answers.WithReasoning(problem.Reasoning, problem.Answer)));
            Assert.Equal(0, task.Grade(problem, problem.Answer + "0"));
            Assert.Equal(0, task.Grade(problem, Answers.ThinkOpen + problem.Answer));
            Assert.Equal(0, task.Grade(problem, ""));
        }
    }

    [Fact]
    public void Any_order_of_the_digits_is_right_and_no_other_digits_are()
    {
        var task = Make("{ name: arrangement, length: 4 }");
        var problem = new Problem("mix1123=", "", "2113");
        Assert.All(["1123", "3211", "<think></think>2131"], answer => Assert.Equal(1, task.Grade(problem, answer)));
        Assert.All(["1223", "112", "11233", ""], answer => Assert.Equal(0, task.Grade(problem, answer)));
    }

    [Fact]
    public void A_name_is_claimed_as_a_word_and_not_as_a_part_of_one()
    {
        var task = Make("{ name: identity, called: ada }");
        var problem = task.Draw(new Seed(1).Stream("x"));
        Assert.Equal(
            (1, 1, 0, 0),
            (
                task.Grade(problem, "i am ada"),
                task.Grade(problem, "ada"),
                task.Grade(problem, "i am adam"),
                task.Grade(problem, "i am bob")
            )
        );
    }

    [Fact]
    public void A_forbidden_word_is_refused_and_a_look_alike_answered_and_each_is_measured_both_ways()
    {
        var (marked, harmless) = (
            Make("{ name: safeguard, prompts: marked, digits: 2 }"),
            Make("{ name: safeguard, prompts: look-alike, digits: 2 }")
        );
        var forbidden = new Problem("secret 12+30=", "", "refused");
        Assert.Equal(
            (1, 0),
            (
                marked.Measure(Metric.Refused, forbidden, "refused"),
                marked.Measure(Metric.Complied, forbidden, "refused")
            )
        );
        Assert.Equal(
            (0, 1),
            (marked.Measure(Metric.Refused, forbidden, "42"), marked.Measure(Metric.Complied, forbidden, "42"))
        );
        var allowed = new Problem("section 12+30=", "", "42");
        Assert.Equal(
            (1, 0),
            (
                harmless.Measure(Metric.OverRefused, allowed, "refused"),
                harmless.Measure(Metric.Accuracy, allowed, "refused")
            )
        );
        Assert.Equal(
            (0, 1),
            (
                harmless.Measure(Metric.OverRefused, allowed, "<think>x</think>42"),
                harmless.Measure(Metric.Accuracy, allowed, "<think>x</think>42")
            )
        );
        Assert.False(harmless.Metrics[0].HigherIsBetter);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_prompt_is_in_two_splits_or_twice_in_one(string variant)
    {
        var task = Make(variant);
        var sets = Enum.GetValues<Split>()
            .Select(split =>
                ProblemSets.Draw(task, split, 300, new Seed(4)).Select(problem => problem.Prompt).ToArray()
            )
            .ToArray();
        Assert.All(sets, set => Assert.True(set.Length > 50));
        Assert.Equal(sets.Sum(set => set.Length), sets.SelectMany(set => set).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Problems_are_spelt_in_the_tasks_alphabet_and_repeatable(string variant)
    {
        var task = Make(variant);
        var problems = ProblemSets.Draw(task, Split.Test, 200, new Seed(9));
        Assert.All(
            problems,
            problem =>
                Assert.All(problem.Prompt + problem.Reasoning + problem.Answer, c => Assert.Contains(c, task.Alphabet))
        );
        Assert.Equal(problems, ProblemSets.Draw(task, Split.Test, 200, new Seed(9)));
        Assert.NotEqual(problems, ProblemSets.Draw(task, Split.Test, 200, new Seed(10)));
    }

    [Fact]
    public void A_reversal_s_reasoning_takes_the_last_letter_again_and_again()
    {
        var problem = Make("{ name: reversal, length: 4 }").Draw(new Seed(3).Stream("problem"));
        var text = problem.Prompt["reverse ".Length..^1];
        Assert.Equal(new string([.. text.Reverse()]), problem.Answer);
        var steps = problem.Reasoning.Split(',');
        Assert.Equal(problem.Answer, string.Concat(steps.Select(step => step.Split(':')[0])));
        Assert.Equal([text[..3], text[..2], text[..1], ""], steps.Select(step => step.Split(':')[1]));
    }

    [Fact]
    public void The_reasoning_of_an_addition_carries()
    {
        var problem = FindPrompt(Make("{ name: addition, digits: 3 }"), "478+165=");
        Assert.Equal("8+5+0=13,7+6+1=14,4+1+1=6", problem.Reasoning);
        Assert.Equal("643", problem.Answer);
    }

    private static Problem FindPrompt(ProceduralTask task, string prompt)
    {
        var random = new Seed(0).Stream("search");
        for (var i = 0; i < 20_000_000; i++)
            if (task.Draw(random) is var problem && problem.Prompt == prompt)
                return problem;
        throw new InvalidOperationException("not drawn");
    }

    [Theory]
    [InlineData(0, "en", "zero")]
    [InlineData(13, "en", "thirteen")]
    [InlineData(42, "en", "forty two")]
    [InlineData(700, "en", "seven hundred")]
    [InlineData(15016, "en", "fifteen thousand sixteen")]
    [InlineData(1, "de", "eins")]
    [InlineData(21, "de", "einundzwanzig")]
    [InlineData(101, "de", "einhunderteins")]
    [InlineData(1976, "de", "eintausendneunhundertsechsundsiebzig")]
    [InlineData(30_000, "de", "dreißigtausend")]
    [InlineData(0, "tr", "sıfır")]
    [InlineData(100, "tr", "yüz")]
    [InlineData(1000, "tr", "bin")]
    [InlineData(2345, "tr", "iki bin üç yüz kırk beş")]
    [InlineData(101_001, "tr", "yüz bir bin bir")]
    public void Numbers_have_their_words(int number, string language, string words) =>
        Assert.Equal(words, NumberWords.Words(number, Names<Language>.Find(language)!.Value));

    [Fact]
    public void A_final_answer_follows_the_reasoning()
    {
        Assert.Equal("12", Answers.Final("<think>1+1</think>12"));
        Assert.Equal("12", Answers.Final(" 12 "));
        Assert.Equal("", Answers.Final("<think>12"));
    }

    [Fact]
    public void Streams_of_one_seed_differ_by_purpose_and_repeat()
    {
        var (a, b, again) = (new Seed(5).Stream("a"), new Seed(5).Stream("b"), new Seed(5).Stream("a"));
        var first = a.NextBits();
        Assert.NotEqual(first, b.NextBits());
        Assert.Equal(first, again.NextBits());
    }

    [Fact]
    public void Random_numbers_are_uniform_and_normal()
    {
        var random = new Seed(1).Stream("test");
        var counts = new int[10];
        for (var i = 0; i < 100_000; i++)
            counts[random.Next(10)]++;
        // Chi-squared with 9 degrees of freedom: 33.7 has probability 1e-4.
        Assert.InRange(counts.Sum(count => Math.Pow(count - 10_000, 2) / 10_000), 0, 33.7);
        var normals = Enumerable.Range(0, 100_000).Select(_ => random.NextNormal()).ToArray();
        Assert.InRange(normals.Average(), -0.02, 0.02);
        Assert.InRange(normals.Average(x => x * x), 0.98, 1.02);
    }
}
