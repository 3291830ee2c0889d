using System.Globalization;
using Bench.Protocol.Costs;
using Bench.Protocol.Ledger;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Store;
using Bench.Protocol.Units;

namespace Bench.Tests.Protocol;

public class LedgerTests
{
    private static readonly Circumstances Here = new()
    {
        StartedUtc = "2026-11-22T08:00:00Z",
        Seconds = 1.5,
        PeakRssBytes = 123,
        Device = "cpu",
        Tensors = "test",
        Commit = "abc",
        Dirty = false,
    };

    private static Outcome Of(double first, double second) =>
        new()
        {
            Status = UnitStatus.Ok,
            Charges = [new Charge(ChargeKind.StudentTraining, 10, new Flops(1234.5), new Seconds(0.25))],
            Scores = [new TaskScores("addition", "accuracy", [first, second])],
            StudentParameters = 7,
            Steps = 3,
            Circumstances = Here,
        };

    private static readonly Dictionary<string, string> Teachers = [];

    private static Dictionary<string, string> From(string unit) => new() { ["teacher"] = unit };

    private static Results Merged(Plan plan, Results? before = null, double first = 1) =>
        Recording.Merge(
            plan,
            plan.Runs.ToDictionary(unit => unit.Fingerprint.Text, unit => Of(first, unit is TeacherUnit ? 1 : 0)),
            before ?? Results.Empty,
            Teachers
        );

    [Fact]
    public void What_lost_attempts_spent_is_charged_to_each_run_that_needed_their_work()
    {
        var plan = Experiments.Plan(Experiments.Small.Altered("student-training]", "student-training, lost-attempts]"));
        var lost = new Attempt(
            "2026-11-22T07:00:00Z",
            5,
            [
                new Charge(ChargeKind.TeacherGeneration, 20, new Flops(300), default),
                new Charge(ChargeKind.TeacherScoring, 1, new Flops(4), default),
            ],
            "writing",
            0.5
        );
        var text = plan.Units.OfType<TextUnit>().Single();
        var outcomes = plan.Units.ToDictionary(
            unit => unit.Fingerprint.Text,
            unit => unit == text ? Of(1, 1) with { Lost = [lost, lost] } : Of(1, 1)
        );
        var own = plan.Runs.OfType<StudentUnit>().First(unit => unit.MethodName == "gold-answers");
        outcomes[own.Fingerprint.Text] = Of(1, 0) with
        {
            Status = UnitStatus.Failed,
            Error = "no",
            Charges = [],
            Lost = [lost],
        };
        var results = Recording.Merge(plan, outcomes, Results.Empty, Teachers);
        foreach (var unit in plan.Runs)
        {
            var row = results.Runs.Single(row => row.Run == unit.Run);
            var charge = results.Charges.SingleOrDefault(charge =>
                charge.Run == unit.Run && charge.Kind == "lost-attempts"
            );
            var times =
                unit == own ? 1
                : unit is StudentUnit { Method.IsBaseline: false } ? 2
                : 0;
            Assert.Equal(1, row.Attempts);
            Assert.Equal(
                (21 * times, 304.0 * times, 5.0 * times),
                (charge?.Tokens ?? 0, charge?.Flops ?? 0, charge?.Seconds ?? 0)
            );
            if (row.Status == "ok" && unit is StudentUnit)
                Assert.Equal(1234.5 + 304 * times, row.FlopsTotal);
        }
    }

    [Fact]
    public void Tables_from_before_attempts_were_counted_are_read_and_say_nothing_of_them()
    {
        using var scratch = Repository.Scratch();
        var folder = new ResultsFolder(scratch.Path);
        folder.Write(Merged(Experiments.Plan(Experiments.Small)));
        Assert.All(folder.Read().Runs, row => Assert.Equal(1, row.Attempts));
        var runs = scratch.File("runs.csv");
        string Without(int last, string line) => string.Join(',', line.Split(',').SkipLast(last));
        // With them go the columns that were added later still: source, gpu_hours, usd_list.
        File.WriteAllLines(runs, File.ReadAllLines(runs).Select(line => Without(4, line)));
        Assert.All(folder.Read().Runs, row => Assert.Null(row.Attempts));
        // No other column may be missing.
        File.WriteAllLines(runs, File.ReadAllLines(runs).Select(line => Without(1, line)));
        Assert.Throws<LedgerException>(() => folder.Read());
    }

    [Fact]
    public void Tables_are_the_golden_bytes_under_a_comma_culture()
    {
        using var scratch = Repository.Scratch();
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NegativeSign = "~";
        CultureInfo.CurrentCulture = comma;
        try
        {
            var plan = Experiments.Plan(Experiments.Small);
            new ResultsFolder(scratch.Path).Write(Merged(plan));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        foreach (var name in (string[])["runs.csv", "scores.csv", "charges.csv", "summary.csv"])
        {
            var written = File.ReadAllText(scratch.File(name));
            Golden.Check(name, written);
            Assert.DoesNotContain("\r", written, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        using var scratch = Repository.Scratch();
        var folder = new ResultsFolder(scratch.Path);
        var written = Merged(Experiments.Plan(Experiments.Small));
        folder.Write(written);
        var read = folder.Read();
        Assert.Equal(written.Runs, read.Runs);
        Assert.Equal(written.Scores, read.Scores);
        Assert.Equal(written.Items, read.Items);
        Assert.Equal(written.Charges, read.Charges);
        Assert.Equal(written.Summary, read.Summarised(Experiments.Parse(Experiments.Small)).Summary);
    }

    [Fact]
    public void Rows_do_not_depend_on_the_order_in_which_units_finished()
    {
        var plan = Experiments.Plan(Experiments.Small);
        var outcomes = plan.Runs.Reverse().ToDictionary(unit => unit.Fingerprint.Text, _ => Of(1, 0));
        Assert.Equal(
            plan.Runs.Select(unit => unit.Run),
            Recording.Merge(plan, outcomes, Results.Empty, Teachers).Runs.Select(row => row.Run)
        );
    }

    [Fact]
    public void Rows_of_other_seeds_stay_and_rows_of_an_older_experiment_go()
    {
        var plan = Experiments.Plan(Experiments.Small);
        var before = Merged(plan, first: 0);
        var one = plan.Runs.OfType<StudentUnit>().First();
        var merged = Recording.Merge(
            plan,
            new Dictionary<string, Outcome> { [one.Fingerprint.Text] = Of(1, 1) },
            before,
            From(plan.Units[0].Fingerprint.Text)
        );
        Assert.Equal(before.Runs.Count, merged.Runs.Count);
        Assert.Equal(1, merged.Scores.Single(row => row.Run == one.Run).Value);
        Assert.Equal(before.Scores.Where(row => row.Run != one.Run), merged.Scores.Where(row => row.Run != one.Run));

        var other = Experiments.Plan(Experiments.Small.Altered("digits: 2", "digits: 3"));
        var afterChange = Recording.Merge(
            other,
            new Dictionary<string, Outcome>(),
            before,
            From(plan.Units[0].Fingerprint.Text)
        );
        Assert.Empty(afterChange.Runs);
        Assert.True(Recording.Replaces(other, before, From(plan.Units[0].Fingerprint.Text)));
        Assert.False(Recording.Replaces(plan, before, From(plan.Units[0].Fingerprint.Text)));
    }

    [Fact]
    public void A_failed_run_keeps_its_row_and_its_error()
    {
        var plan = Experiments.Plan(Experiments.Small);
        var unit = plan.Runs.OfType<StudentUnit>().First();
        var failed = new Outcome
        {
            Status = UnitStatus.Failed,
            Error = "out, of \"memory\"",
            Circumstances = Here,
        };
        using var scratch = Repository.Scratch();
        var folder = new ResultsFolder(scratch.Path);
        folder.Write(
            Recording.Merge(
                plan,
                new Dictionary<string, Outcome> { [unit.Fingerprint.Text] = failed },
                Results.Empty,
                Teachers
            )
        );
        var row = Assert.Single(folder.Read().Runs);
        Assert.Equal(("failed", "out, of \"memory\"", 1.5), (row.Status, row.Error, row.Seconds));
        Assert.Null(row.FlopsStudent);
    }

    [Theory]
    [InlineData("many")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    public void A_damaged_table_is_named_with_its_row_and_column(string cell)
    {
        using var scratch = Repository.Scratch();
        var folder = new ResultsFolder(scratch.Path);
        folder.Write(Merged(Experiments.Plan(Experiments.Small)));
        var text = File.ReadAllText(scratch.File("charges.csv"));
        File.WriteAllText(scratch.File("charges.csv"), text.Altered("1234.5", cell));
        var error = Assert.Throws<LedgerException>(() => folder.Read());
        Assert.Contains($"charges.csv: row 2, column flops: '{cell}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_write_leaves_the_old_tables()
    {
        using var scratch = Repository.Scratch();
        var folder = new ResultsFolder(scratch.Path);
        var plan = Experiments.Plan(Experiments.Small);
        folder.Write(Merged(plan));
        var before = File.ReadAllBytes(scratch.File("scores.csv"));
        Assert.Throws<LedgerException>(() =>
            folder.Write(Merged(plan) with { Scores = [new ScoreRow("x", "t", "m", 1, double.NaN, 1, null)] })
        );
        Assert.Equal(before, File.ReadAllBytes(scratch.File("scores.csv")));
    }

    [Fact]
    public void A_store_entry_is_there_whole_or_not_at_all()
    {
        using var scratch = Repository.Scratch();
        var store = new ContentStore(scratch.Path);
        var key = Fingerprint.Of("test", new() { { "a", 1 } }).Text;
        Assert.Null(store.Find(key));
        Assert.Throws<InvalidOperationException>(() =>
            store.Publish(
                key,
                folder =>
                {
                    File.WriteAllText(Path.Combine(folder, "half"), "written");
                    throw new InvalidOperationException("killed");
                }
            )
        );
        Assert.Null(store.Find(key));
        store.Publish(key, folder => OutcomeFile.Write(folder, Of(1, 0)));
        Assert.NotNull(store.Find(key));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(scratch.Path, "staging")));

        // A second publisher of the same key leaves the first one's entry.
        store.Publish(key, folder => File.WriteAllText(Path.Combine(folder, "late"), ""));
        Assert.Equal([1.0, 0.0], OutcomeFile.Find(store, key)!.Scores[0].Items);
    }

    [Fact]
    public void A_flipped_bit_a_missing_file_and_a_strange_one_are_found_in_an_entry_and_named()
    {
        using var scratch = Repository.Scratch();
        var store = new ContentStore(scratch.Path);
        var key = Fingerprint.Of("test", new() { { "a", 2 } }).Text;
        store.Publish(
            key,
            folder =>
            {
                OutcomeFile.Write(folder, Of(1, 0));
                Directory.CreateDirectory(Path.Combine(folder, "model"));
                File.WriteAllBytes(Path.Combine(folder, "model", "weights.bin"), [1, 2, 3]);
            }
        );
        Assert.Empty(store.WrongIn(key));
        var entry = Assert.Single(store.Entries(examined: true));
        Assert.Equal((key, false), (entry.Key, entry.IsDamaged));
        Assert.True(entry.Bytes > 100);
        var weights = Path.Combine(store.Find(key)!, "model", "weights.bin");
        File.WriteAllBytes(weights, [1, 2, 7]);
        Assert.Equal(["model/weights.bin"], store.WrongIn(key));
        File.Delete(weights);
        File.WriteAllText(Path.Combine(store.Find(key)!, "strange"), "");
        Assert.Equal(["model/weights.bin", "strange"], store.WrongIn(key));
        File.WriteAllText(Path.Combine(store.Find(key)!, "entry.sha256"), "what?\n");
        Assert.Equal(["entry.sha256"], store.WrongIn(key));
        Assert.True(store.Entries(examined: true).Single().IsDamaged);
        store.Remove(key);
        Assert.Null(store.Find(key));
        Assert.Empty(store.Entries(examined: true));
    }

    [Fact]
    public void An_entry_is_computed_by_one_at_a_time_and_what_was_abandoned_is_swept()
    {
        using var scratch = Repository.Scratch();
        var store = new ContentStore(scratch.Path);
        var key = Fingerprint.Of("test", new() { { "a", 3 } }).Text;
        var mine = store.TryHold(key);
        Assert.NotNull(mine);
        Assert.Null(store.TryHold(key));
        // What somebody works on is not swept; what nobody does is.
        var staging = Directory.CreateDirectory(Path.Combine(scratch.Path, "staging", key + "-left")).FullName;
        Assert.Empty(store.Sweep());
        Assert.Single(Directory.EnumerateFiles(scratch.File("locks")));
        mine.Dispose();
        File.WriteAllText(store.JournalOf(key), "asked");
        Assert.Equal([key + "-left"], store.Sweep());
        Assert.Empty(Directory.EnumerateFiles(scratch.File("locks")));
        Assert.False(Directory.Exists(staging));
        // A journal is kept until its unit has published.
        Assert.True(File.Exists(store.JournalOf(key)));
        store.Publish(key, folder => File.WriteAllText(Path.Combine(folder, "done"), ""));
        Assert.Equal([key], store.Sweep());
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("ABC")]
    [InlineData("")]
    public void A_key_that_is_no_fingerprint_is_refused(string key) =>
        Assert.Throws<ArgumentException>(() => new ContentStore("/tmp").Find(key));
}
