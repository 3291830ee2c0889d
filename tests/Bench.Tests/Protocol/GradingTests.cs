using System.IO.Compression;
using System.Text.Json;
using Bench.Protocol.Grading;

namespace Bench.Tests.Protocol;

public class GradingTests
{
    private static IEnumerable<JsonElement> Lines(string file)
    {
        using var packed = new GZipStream(
            File.OpenRead(Repository.DataOrSkip($"benchmarks/gsm8k/{file}")),
            CompressionMode.Decompress
        );
        using var reader = new StreamReader(packed);
        while (reader.ReadLine() is { } line)
            yield return JsonDocument.Parse(line).RootElement;
    }

    private static Verdict Grade(string grader, string response, string reference) =>
        GraderCatalogue.Find(grader)!.Grade(response, reference);

    [Theory]
    [InlineData("train.jsonl.gz", 7473)]
    [InlineData("test.jsonl.gz", 1319)]
    public void Gold_solutions_of_gsm8k_are_all_right(string file, int count)
    {
        var answers = Lines(file).Select(line => line.GetProperty("answer").GetString()!).ToArray();
        Assert.Equal(count, answers.Length);
        Assert.All(answers, answer => Assert.True(Grade("gsm8k", answer, answer).Correct, answer));
        // And so is the bare number after the mark.
        Assert.All(answers, answer => Assert.True(Grade("gsm8k", answer.Split("####")[1], answer).Correct, answer));
    }

    [Fact]
    public void Every_published_verdict_on_solutions_to_gsm8k_is_ours()
    {
        var (count, right) = (0, 0);
        foreach (var line in Lines("example_model_solutions.jsonl.gz"))
        {
            var reference = line.GetProperty("ground_truth").GetString()!;
            foreach (
                var model in (string[])["6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"]
            )
            {
                var solution = line.GetProperty(model);
                var verdict = Grade("gsm8k", solution.GetProperty("solution").GetString()!, reference);
                Assert.True(
                    verdict.Correct == solution.GetProperty("is_correct").GetBoolean(),
                    $"{verdict.Extracted}: {solution}"
                );
                count++;
                if (verdict.Correct)
                    right++;
            }
        }

        Assert.Equal((5276, 2001), (count, right));
    }

    [Theory]
    [InlineData("#### 1,234", "1234", true)]
    [InlineData("She pays $18.00.\n#### $18.00", "#### 18", true)]
    [InlineData("The answer is -7 degrees.", "#### -7", true)]
    [InlineData("<think>first 12, no, 13</think>So the answer is \\boxed{13 \\text{ eggs}}.", "13", true)]
    [InlineData("<think>the answer is 13 and then", "13", false)]
    [InlineData("The answer is 5. Wait, the answer is 6.", "6", true)]
    [InlineData("It is 0.5 litres", "#### .5", true)]
    [InlineData("5 apples and 6 pears", "6", false)]
    [InlineData("#### -$1,000,000.50", "#### -1000000.5", true)]
    [InlineData("", "5", false)]
    [InlineData("\\boxed{70{,}000}", "70000", true)]
    [InlineData("\\boxed{70,\\!000}", "70000", true)]
    [InlineData("Answer:\n- 18 apples", "18", true)]
    [InlineData("\\boxed{\\frac{1}{2}}", "0.5", true)]
    [InlineData("\\boxed{-3/4}", "-0.75", true)]
    public void Numbers_are_found_and_compared_as_numbers(string response, string reference, bool correct) =>
        Assert.Equal(correct, Grade("gsm8k", response, reference).Correct);

    [Theory]
    [InlineData("\\frac{1}{2}", "\\dfrac12", true)]
    [InlineData("0.5", "\\frac{1}{2}", true)]
    [InlineData("1/2", "\\frac{1}{2}", true)]
    [InlineData("\\frac{\\sqrt{3}}{3}", "\\frac{1}{\\sqrt3}", true)]
    [InlineData("2\\sqrt{2}", "\\sqrt{8}", true)]
    [InlineData("50\\%", "50", true)]
    [InlineData("0.5", "50\\%", true)]
    [InlineData("\\{1, 2, 3\\}", "\\left\\{3,2,1\\right\\}", true)]
    [InlineData("(1, 2)", "(2, 1)", false)]
    [InlineData("(0, 1]", "\\left(0,1\\right]", true)]
    [InlineData("(0, 1]", "(0, 1)", false)]
    [InlineData("(-\\infty, 2) \\cup (3, \\infty)", "(3,\\infty)\\cup(-\\infty,2)", true)]
    [InlineData("3\\text{ cm}^2", "3", true)]
    [InlineData("90^\\circ", "90", true)]
    [InlineData("x = 5", "5", true)]
    [InlineData("10,000", "10000", true)]
    [InlineData("x^2 + 2x + 1", "(x+1)^2", true)]
    [InlineData("x^2 + 2x", "(x+1)^2", false)]
    [InlineData("y = 2x + 3", "y=3+2x", true)]
    [InlineData("3\\frac{1}{2}", "\\frac72", true)]
    [InlineData("\\text{Monday}", "Monday", true)]
    [InlineData("\\text{(B)}", "(B)", true)]
    [InlineData(
        "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}",
        "\\begin{pmatrix}1&2\\\\3&\\frac{8}{2}\\end{pmatrix}",
        true
    )]
    [InlineData("\\begin{pmatrix} 1 & 2 & 3 & 4 \\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", false)]
    [InlineData("1, 2", "2, 1", true)]
    [InlineData("6\\pi", "18.849", false)]
    [InlineData("-\\frac{2}{3}", "\\frac{-2}{3}", true)]
    [InlineData("2^{10}", "1024", true)]
    [InlineData("\\$32{,}500", "32500", true)]
    [InlineData("7", "8", false)]
    [InlineData("\\frac{12}{5}", "2.4", true)]
    [InlineData("\\frac{12}{5}", "2.5", false)]
    [InlineData("\\frac{2x}{3}", "\\frac{2}{3}x", true)]
    [InlineData("x+z", "2y", false)]
    [InlineData("(0,100)", "(0, 100)", true)]
    [InlineData("(0,100)", "100", false)]
    [InlineData("100,200,300", "100, 200, 300", true)]
    [InlineData("\\text{BCA}", "\\text{ACB}", false)]
    [InlineData("east", "seat", false)]
    [InlineData("1000000000", "1000000001", false)]
    [InlineData("3m", "3", false)]
    [InlineData("3 m", "3", true)]
    [InlineData("1\\text{ or }2", "1, 2", true)]
    [InlineData("x = 1 or x = 2", "x=1,x=2", true)]
    [InlineData("x\\le5", "x \\leq 5", true)]
    [InlineData("x\\in[0,1]", "x \\in [0,1]", true)]
    [InlineData("(x,y)=(1,2)", "(1,2)", true)]
    [InlineData("\\pm 1", "-1, 1", true)]
    [InlineData("2 \\pm \\sqrt{3}", "2+\\sqrt{3}, 2-\\sqrt{3}", true)]
    [InlineData("\\pm 1", "1", false)]
    [InlineData("\\text{Portland}", "Portl", false)]
    [InlineData("\\frac{1}{10^{10}}", "0", false)]
    public void Formulas_are_equal_when_their_values_are(string answer, string reference, bool correct)
    {
        Assert.Equal(correct, Grade("math", $"We find \\boxed{{{answer}}}, as wanted.", reference).Correct);
        Assert.Equal(correct, Grade("math", $"\\boxed{{{reference}}}", $"So it is $\\boxed{{{answer}}}$.").Correct);
    }

    [Theory]
    [InlineData("<think>\\boxed{3}</think> The answer is $\\frac{1}{2}$ because.", "\\frac12", true)]
    [InlineData("\\boxed{1} no, \\boxed{2}", "2", true)]
    [InlineData("\\boxed{unclosed", "2", false)]
    [InlineData("\\boxed 7$", "7", true)]
    [InlineData("42", "42", true)]
    [InlineData("I think\nthat it is 42", "42", false)]
    public void The_last_box_or_else_the_last_mark_holds_the_answer(string response, string reference, bool correct) =>
        Assert.Equal(correct, Grade("math", response, reference).Correct);

    [Theory]
    [InlineData("The answer is (C).", "C", true)]
    [InlineData("\\boxed{\\text{B}}", "(B)", true)]
    [InlineData("B. Because the first two are wrong", "B", true)]
    [InlineData("Neither (A) nor (D) but\nAnswer: D", "D", true)]
    [InlineData("A cat sat", "A", false)]
    [InlineData("I don't know", "A", false)]
    public void Choices_are_found_by_their_letters(string response, string reference, bool correct) =>
        Assert.Equal(correct, Grade("multiple-choice", response, reference).Correct);

    [Fact]
    public void Hostile_answers_end_in_a_verdict()
    {
        foreach (
            var answer in (string[])
                [
                    new string('(', 100_000),
                    new string('{', 100_000),
                    string.Concat(Enumerable.Repeat("\\frac{1}{", 50_000)),
                    new string('-', 100_000) + "1",
                    string.Concat(Enumerable.Repeat("\\frac", 100_000)),
                    "\\boxed{" + new string('9', 100_000) + "}",
                    "1!!!!!!!!!!",
                    "((((((1,2)",
                ]
        )
            Assert.False(Grade("math", answer, "2").Correct);
    }
}
