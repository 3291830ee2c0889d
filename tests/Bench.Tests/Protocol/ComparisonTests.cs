using Bench.Protocol.Ledger;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Style;
using Bench.Report.Tables;

namespace Bench.Tests.Protocol;

public class ComparisonTests
{
    // Three methods of some seeds on forty items: the best is right on all but two, the others on the same half with
    // three exchanged; each seed misses one more.
    private static Results Recorded(string another = "", int seeds = 5)
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
        for (var seed = 0; seed < seeds; seed++)
        {
            var missed = 20 + 2 * seed;
            Run("answers", $"a{seed}", seed, i => i > 1 && i != missed);
            Run("logits", $"l{seed}", seed, i => i % 2 == 0 && i > 5 && i != missed);
            Run("gold-answers", $"g{seed}", seed, i => i % 2 == 0 && i != missed);
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

    private static ComparedResults Compared(ExperimentSpec spec, Results results) => ComparedResults.Of(spec, results);

    private static ExperimentSpec Spec => Experiments.Parse(Experiments.Small);

    [Fact]
    public void Students_are_compared_each_with_itself()
    {
        var rows = Compared(Experiments.Parse(Two), Recorded("other")).Methods;
        Assert.Equal(
            [
                ("other", "answers", 0.0),
                ("tiny", "answers", 0.925),
                ("tiny", "gold-answers", 0.475),
                ("tiny", "logits", 0.4),
            ],
            rows.Select(row => (row.Student, row.Method, Math.Round(row.Value, 3)))
        );
    }

    [Fact]
    public void A_comparison_is_sorted_lettered_and_priced()
    {
        var rows = Compared(Spec, Recorded()).Methods;
        Assert.Equal(["answers", "gold-answers", "logits"], rows.Select(row => row.Method));
        Assert.Equal(["a", "b", "b"], rows.Select(row => row.Group));
        // gold-answers is cheaper than answers and better than logits, which costs more.
        Assert.Equal([true, true, false], rows.Select(row => row.Frontier));
        // Each against its baseline, which has no difference from itself.
        Assert.Equal(["gold-answers", "", "gold-answers"], rows.Select(row => row.Against));
        Assert.Equal(0.45, rows[0].Difference!.Value, 1e-12);
    }

    [Theory]
    [InlineData(3, 4, false, false)]
    [InlineData(3, 5, false, true)]
    [InlineData(6, 5, false, true)]
    [InlineData(7, 5, false, false)]
    [InlineData(7, 10, false, true)]
    [InlineData(3, 5, true, false)]
    [InlineData(3, 10, true, true)]
    public void Letters_take_five_seeds_or_ten_where_there_are_many_arms_or_seeds_spread(
        int arms,
        int seeds,
        bool isSpread,
        bool allowed
    ) => Assert.Equal(allowed, Comparison.AllowsLetters([.. Enumerable.Repeat(seeds, arms)], isSpread));

    [Fact]
    public void Contrasts_are_adjusted_over_their_family_and_name_the_seed_of_a_test_of_items()
    {
        var rows = Compared(Spec, Recorded()).Contrasts;
        Assert.Equal(
            [("answers", "gold-answers"), ("logits", "gold-answers")],
            rows.Select(row => (row.Of, row.Against))
        );
        Assert.All(rows, row => Assert.Equal((2, 5L, false), (row.Tests, row.Seeds, row.Primary)));
        Assert.Equal(Math.Min(1, 2 * rows[0].P!.Value), rows[0].PHolm!.Value, 1e-12);
        // One that only gold-answers has right against nineteen that only answers has, of the models of seed 0.
        Assert.Equal(2 * 21 * Math.Pow(0.5, 20), rows[0].PMcnemar!.Value, 1e-12);
        Assert.Equal(0, rows[0].McnemarSeed);
        // Five seeds are too few for a test of their signs.
        Assert.Null(rows[0].PSignFlip);
        Assert.Equal(Math.Pow(2, -5), Compared(Spec, Recorded(seeds: 6)).Contrasts[0].PSignFlip!.Value, 1e-12);
    }

    [Fact]
    public void The_primary_contrast_stands_alone_at_the_largest_budget()
    {
        var spec = Experiments.Parse(
            Experiments.Small
                + "\ncontrasts: [{ of: answers, against: logits, primary: true }, "
                + "{ of: logits, against: gold-answers }]"
        );
        var rows = Compared(spec, Recorded()).Contrasts;
        Assert.Equal([(true, 1L), (false, 1L)], rows.Select(row => (row.Primary, row.Tests)));
        Assert.All(rows, row => Assert.Equal(row.P, row.PHolm));
    }

    [Fact]
    public void Below_three_seeds_there_is_no_p_and_of_one_seed_two_checkpoints()
    {
        var two = Compared(Spec, Recorded(seeds: 2)).Contrasts[0];
        Assert.Equal(
            (null, null, "no statement below 3 seeds"),
            (two.P, two.PHolm, ContrastText.Verdict(two, Metric.Accuracy))
        );
        var one = Compared(Spec, Recorded(seeds: 1));
        Assert.StartsWith(
            "these two checkpoints",
            ContrastText.Verdict(one.Contrasts[0], Metric.Accuracy),
            StringComparison.Ordinal
        );
        Assert.Equal("items", one.Contrasts[0].IntervalMethod);
        Assert.All(one.Methods, row => Assert.Equal("", row.Group));
    }

    [Fact]
    public void A_contrast_that_finds_nothing_says_what_it_could_have_found()
    {
        var row = Compared(Spec, Recorded()).Contrasts[0] with { PHolm = 0.4, Detectable = 0.23 };
        Assert.Equal("not told apart (80% power: from 0.23 on)", ContrastText.Verdict(row, Metric.Accuracy));
    }

    [Fact]
    public void Contrasts_that_name_nothing_known_are_refused_with_their_place()
    {
        var error = Assert.Throws<SpecException>(() =>
            Experiments.Parse(
                Experiments.Small
                    + "\ncontrasts: [{ of: anwsers, against: logits }, { of: logits, against: logits, primary: true }, "
                    + "{ of: answers, against: logits, primary: true }]"
            )
        );
        Assert.Contains(
            "there is no method 'anwsers'; did you mean 'answers'?",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("'logits' is compared with itself", error.Message, StringComparison.Ordinal);
        Assert.Contains("two contrasts are primary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_say_it_in_text_and_in_latex()
    {
        var compared = Compared(Spec, Recorded());
        var text = ComparisonTables.Text(Spec, compared);
        Assert.Contains("addition, student tiny, 6e8 student FLOPs", text, StringComparison.Ordinal);
        Assert.Matches(@"  answers +0\.925 \[0\.\d{3}, 0\.\d{3}\] +a +7\.0e8 †", text);
        Assert.Matches(@"  answers - gold-answers +\+0\.450 \[\+0\.\d{3}, \+0\.\d{3}\] +<0\.001", text);
        Assert.Contains(
            "by Holm over 2 contrasts: each method against its baseline",
            text.ReplaceLineEndings(" "),
            StringComparison.Ordinal
        );
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        var latex = ComparisonTables.Latex(Spec, compared);
        Assert.Contains("\\toprule", latex, StringComparison.Ordinal);
        Assert.Contains("by Holm over 2 contrasts", latex, StringComparison.Ordinal);
        Assert.Contains("$ on gold-answers & $<0.001$", latex, StringComparison.Ordinal);
        Assert.Equal(latex.Count(c => c == '{'), latex.Count(c => c == '}'));
    }
}
