using Bench.Protocol.Ledger;
using Bench.Report.Tables;

namespace Bench.Tests.Protocol;

public class ComparisonTests
{
    private static bool[,] Differ(int count, params (int, int)[] pairs)
    {
        var differ = new bool[count, count];
        foreach (var (i, j) in pairs)
            differ[i, j] = true;
        return differ;
    }

    [Fact]
    public void Rows_share_a_letter_exactly_where_they_do_not_differ()
    {
        Assert.Equal(["a", "a", "a"], Comparison.Groups(3, Differ(3)));
        Assert.Equal(["a", "b", "c"], Comparison.Groups(3, Differ(3, (0, 1), (0, 2), (1, 2))));
        // The middle one differs from neither end, and the ends differ.
        Assert.Equal(["a", "ab", "b"], Comparison.Groups(3, Differ(3, (0, 2))));
        // Not only neighbours are alike: 0 with 2, but neither with 1.
        Assert.Equal(["a", "b", "a"], Comparison.Groups(3, Differ(3, (0, 1), (1, 2))));
    }

    // Three methods of two seeds on forty items: the best is right on all but two, the others on the same half with
    // three exchanged.
    private static Results Recorded(string another = "")
    {
        var (runs, items) = (new List<RunRow>(), new List<ItemRow>());
        void Run(string method, string name, long seed, Func<int, bool> right)
        {
            runs.Add(
                new RunRow(
                    name,
                    "small",
                    1,
                    "ada",
                    "tiny",
                    method,
                    "student-flops",
                    6e8,
                    seed,
                    "ok",
                    "",
                    1,
                    1,
                    1,
                    1,
                    1,
                    1,
                    1,
                    1,
                    method == "gold-answers" ? 6e8 : 7e8,
                    1,
                    1,
                    1e-6,
                    1,
                    "cpu",
                    "p",
                    "c",
                    false,
                    "t"
                )
            );
            items.AddRange(
                Enumerable.Range(0, 40).Select(i => new ItemRow(name, "addition", i, "accuracy", right(i) ? 1 : 0))
            );
        }

        runs.Add(
            new RunRow(
                "teacher",
                "small",
                1,
                "ada",
                "",
                "",
                "",
                null,
                null,
                "ok",
                "",
                1,
                1,
                1,
                1,
                1,
                1,
                1,
                1,
                null,
                1,
                1,
                null,
                1,
                "cpu",
                "p",
                "c",
                false,
                "t"
            )
        );
        items.AddRange(Enumerable.Range(0, 40).Select(i => new ItemRow("teacher", "addition", i, "accuracy", 1)));
        for (var seed = 0; seed < 2; seed++)
        {
            Run("answers", $"a{seed}", seed, i => i > 1);
            Run("logits", $"l{seed}", seed, i => i % 2 == 0 && i > 5);
            Run("gold-answers", $"g{seed}", seed, i => i % 2 == 0);
            if (another.Length == 0)
                continue;
            // Another student is right on nothing, whatever it learns from.
            Run("answers", $"other{seed}", seed, _ => false);
            runs[^1] = runs[^1] with { Student = another };
        }

        var spec = Experiments.Parse(another.Length == 0 ? Experiments.Small : Two);
        return new Results(runs, [], items, [], Summary.Of(spec, runs, items));
    }

    private static string Two =>
        Experiments.Small.Altered(
            "  - { name: tiny,",
            "  - { name: other, model: { layers: 1, width: 16, heads: 2 } }\n  - { name: tiny,"
        );

    [Fact]
    public void Students_are_compared_each_with_itself()
    {
        var rows = Comparison.Of(Experiments.Parse(Two), Recorded("other"));
        Assert.Equal(
            [
                ("other", "answers", 0.0),
                ("tiny", "answers", 0.95),
                ("tiny", "gold-answers", 0.5),
                ("tiny", "logits", 0.425),
            ],
            rows.Select(row => (row.Student, row.Method, Math.Round(row.Value, 3)))
        );
    }

    [Fact]
    public void A_comparison_is_sorted_grouped_and_priced()
    {
        var rows = Comparison.Of(Experiments.Parse(Experiments.Small), Recorded());
        Assert.Equal(["answers", "gold-answers", "logits"], rows.Select(row => row.Method));
        Assert.Equal(["a", "b", "b"], rows.Select(row => row.Group));
        Assert.Null(rows[0].PBest);
        Assert.InRange(rows[1].PBest!.Value, 0, 0.01);
        // One that only gold-answers has right against nineteen that only answers has.
        Assert.Null(rows[0].PMcnemar);
        Assert.Equal(2 * 21 * Math.Pow(0.5, 20), rows[1].PMcnemar!.Value, 1e-9);
        // gold-answers is cheaper than answers and better than logits, which costs more.
        Assert.Equal([true, true, false], rows.Select(row => row.Frontier));
    }

    [Fact]
    public void Tables_say_it_in_text_and_in_latex()
    {
        var spec = Experiments.Parse(Experiments.Small);
        var rows = Comparison.Of(spec, Recorded());
        var text = ComparisonTables.Text(spec, rows);
        Assert.Contains("addition, student tiny, 6e8 student FLOPs", text, StringComparison.Ordinal);
        Assert.Matches(@"  answers +0\.950 \[0\.875, 1\.000\] +a +90% \[\d+, 100\] +7\.0e8 †", text);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        var latex = ComparisonTables.Latex(spec, rows);
        Assert.Contains("\\toprule", latex, StringComparison.Ordinal);
        Assert.Contains("answers & $0.950 \\,[0.875, 1.000]^{\\mathrm{a}}$ & 90\\% [", latex, StringComparison.Ordinal);
        Assert.Equal(latex.Count(c => c == '{'), latex.Count(c => c == '}'));
    }
}
