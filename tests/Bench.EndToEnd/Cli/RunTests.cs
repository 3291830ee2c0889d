using System.Globalization;
using System.Text.Json;
using Bench.Protocol.Ledger;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;

namespace Bench.EndToEnd.Cli;

/// <summary>The command as a person meets it.</summary>
public sealed class RunTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();
    private readonly BenchProcess bench;
    private readonly string experiment;
    private readonly string output;

    public RunTests()
    {
        bench = new BenchProcess(scratch.File("home"));
        Directory.CreateDirectory(scratch.File("home"));
        experiment = scratch.File("experiment.yaml");
        output = scratch.File("results");
        File.WriteAllText(experiment, Experiments.Small);
    }

    public void Dispose() => scratch.Dispose();

    private byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(output, name));

    [Fact]
    public void A_run_measures_every_unit_and_draws_its_figures()
    {
        var run = bench.Run("run", experiment, "--out", output);
        Assert.True(run.Code == 0, run.Errors + run.Output);
        Assert.Contains("Does it run?", run.Output, StringComparison.Ordinal);
        var results = new ResultsFolder(output).Read();
        Assert.Equal(1 + 14, results.Runs.Count);
        Assert.All(results.Runs, row => Assert.Equal("ok", row.Status));
        Assert.All(results.Scores, row => Assert.Equal(40, row.N));
        Assert.Equal(15 * 40, results.Items.Count);
        foreach (var figure in (string[])["accuracy-over-cost", "cost-by-kind"])
            Assert.All(
                (string[])[".svg", ".png", ".md"],
                ending => Assert.True(File.Exists(Path.Combine(output, "figures", figure + ending)), figure + ending)
            );

        var manifest = new ResultsFolder(output).ReadManifest()!;
        Assert.Equal(Experiments.Small, manifest.Spec);
        Assert.Equal("MIT", manifest.Licences["ada"]);

        // What the plan predicts is what the runs are charged.
        var plan = JsonDocument.Parse(bench.Run("plan", experiment, "--json").Output).RootElement;
        Assert.InRange(
            results.Charges.Sum(charge => charge.Flops!.Value) / plan.GetProperty("total_flops").GetDouble(),
            0.98,
            1.02
        );

        // Again: everything is in the store, and the tables are the same to the byte.
        var (scores, items) = (Bytes("scores.csv"), Bytes("items.csv.gz"));
        var again = bench.Run("run", experiment, "--out", output);
        Assert.Equal(0, again.Code);
        Assert.DoesNotContain("[1/17]", again.Output, StringComparison.Ordinal);
        Assert.Equal(scores, Bytes("scores.csv"));
        Assert.Equal(items, Bytes("items.csv.gz"));

        // From nothing, in another store: still the same.
        var elsewhere = new BenchProcess(Directory.CreateDirectory(scratch.File("elsewhere")).FullName);
        Assert.Equal(0, elsewhere.Run("run", experiment, "--out", scratch.File("second"), "--jobs", "1").Code);
        Assert.Equal(scores, File.ReadAllBytes(Path.Combine(scratch.File("second"), "scores.csv")));
        Assert.Equal(items, File.ReadAllBytes(Path.Combine(scratch.File("second"), "items.csv.gz")));

        // Figures come from the CSV files alone.
        var before = Directory
            .EnumerateFiles(Path.Combine(output, "figures"), "*.svg")
            .Order()
            .Select(File.ReadAllText)
            .ToArray();
        Directory.Delete(Path.Combine(output, "figures"), recursive: true);
        Assert.Equal(0, bench.Run("report", experiment, "--out", output).Code);
        Assert.Equal(
            before,
            Directory.EnumerateFiles(Path.Combine(output, "figures"), "*.svg").Order().Select(File.ReadAllText)
        );
    }

    // The fault suite kills runs and workers at random in every run of the tests.
    [Fact(Explicit = true)]
    public void A_run_that_is_killed_again_and_again_completes_without_losing_or_repeating_anything()
    {
        var undisturbed = scratch.File("undisturbed");
        Assert.Equal(
            0,
            new BenchProcess(Directory.CreateDirectory(scratch.File("calm")).FullName)
                .Run("run", experiment, "--out", undisturbed)
                .Code
        );

        var finished = new HashSet<string>();
        var entries = Path.Combine(scratch.File("home"), "store", "entries");
        for (var kill = 0; kill < 6; kill++)
        {
            using var process = bench.Start("run", experiment, "--out", output, "--json");
            // Kill at the n-th event, early and late ones alike.
            for (var line = 0; line <= kill * 4 && process.StandardOutput.ReadLine() is not null; line++) { }

            process.Kill();
            process.WaitForExit();
            Assert.True(
                SpinWait.SpinUntil(() => !WorkersLeft(), TimeSpan.FromSeconds(20)),
                "a worker outlived its parent"
            );
            var now = Directory.Exists(entries)
                ? Directory
                    .EnumerateDirectories(entries, "*", SearchOption.AllDirectories)
                    .Where(folder => Path.GetFileName(folder).Length == 32)
                    .ToHashSet()
                : [];
            Assert.Superset(finished, now);
            finished = now;
        }

        var stamps = finished.ToDictionary(
            folder => folder,
            folder => File.GetLastWriteTimeUtc(Path.Combine(folder, "outcome.json"))
        );
        Assert.Equal(0, bench.Run("run", experiment, "--out", output).Code);
        Assert.All(
            stamps,
            stamp => Assert.Equal(stamp.Value, File.GetLastWriteTimeUtc(Path.Combine(stamp.Key, "outcome.json")))
        );
        Assert.Equal(File.ReadAllBytes(Path.Combine(undisturbed, "scores.csv")), Bytes("scores.csv"));
        Assert.Equal(File.ReadAllBytes(Path.Combine(undisturbed, "items.csv.gz")), Bytes("items.csv.gz"));
        var runs = new ResultsFolder(output).Read().Runs;
        Assert.Equal(runs.Count, runs.Select(row => row.Run).Distinct().Count());
    }

    // Workers are given the path of a snapshot inside this test's folder.
    private bool WorkersLeft() =>
        Directory
            .EnumerateDirectories("/proc")
            .Any(folder =>
            {
                try
                {
                    var words = File.ReadAllText(Path.Combine(folder, "cmdline"));
                    return words.Contains("worker", StringComparison.Ordinal)
                        && words.Contains(scratch.Path, StringComparison.Ordinal);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    return false;
                }
            });

    [Fact(Explicit = true)]
    public void Seeds_that_are_run_one_after_the_other_add_up()
    {
        Assert.Equal(0, bench.Run("run", experiment, "--out", output, "--seeds", "0").Code);
        Assert.Equal(1 + 7, new ResultsFolder(output).Read().Runs.Count);
        Assert.Equal(0, bench.Run("run", experiment, "--out", output, "--seeds", "1", "--quiet").Code);
        Assert.Equal(1 + 14, new ResultsFolder(output).Read().Runs.Count);
        var wrong = bench.Run("run", experiment, "--out", output, "--seeds", "7");
        Assert.Equal(
            (2, "bench: --seeds: '7' is not a seed of this experiment; it has 0,1\n"),
            (wrong.Code, wrong.Errors)
        );

        // Students of two machines do not come to stand in one table; all of this machine's replace those of the other.
        var folder = new ResultsFolder(output);
        folder.Update((results, _) => results, folder.ReadManifest()! with { Cpu = "Another" });
        var mixed = bench.Run("run", experiment, "--out", output, "--seeds", "0");
        Assert.Equal(2, mixed.Code);
        Assert.StartsWith(
            $"bench: 7 runs of other seeds in {output} were made otherwise (processor Another then, ",
            mixed.Errors,
            StringComparison.Ordinal
        );
        Assert.Equal(0, bench.Run("run", experiment, "--out", output).Code);
        Assert.NotEqual("Another", folder.ReadManifest()!.Cpu);

        // Until all are there, the other's stay as they are.
        var plan = Experiments.Plan(Experiments.Small);
        var manifest = folder.ReadManifest()!;
        var outcome = new Outcome
        {
            Status = UnitStatus.Failed,
            Error = "now",
            Charges = [],
            Scores = [],
            Circumstances = new Circumstances
            {
                StartedUtc = "",
                Seconds = 1,
                PeakRssBytes = null,
                Device = "cpu",
                Tensors = "another",
                Commit = "",
                Dirty = false,
            },
        };
        foreach (var otherwise in (bool[])[true, false])
        {
            var recorder = new Bench.Cli.Execution.Recorder(
                plan,
                folder,
                manifest,
                otherwise,
                null,
                new Bench.Cli.Display.PlainBoard(1, quiet: true),
                TimeProvider.System
            );
            recorder.Ended(plan.Runs.OfType<StudentUnit>().First(), outcome);
            recorder.Save(complete: false);
            Assert.Equal(1, recorder.MadeOtherwise);
            Assert.Equal(otherwise ? 0 : 1, folder.Read().Runs.Count(row => row.Error == "now"));
        }
    }

    [Fact]
    public void A_copy_with_the_name_of_an_experiment_does_not_write_over_its_results()
    {
        File.WriteAllText(experiment, Experiments.Small.Altered("name: small", "name: quickstart"));
        var copy = bench.Run("verify", experiment);
        Assert.Equal(2, copy.Code);
        Assert.Contains("it has the name of ", copy.Errors, StringComparison.Ordinal);
        Assert.Contains(
            "give it a name: of its own, or the results a folder with --out",
            copy.Errors,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_unit_that_fails_keeps_its_row_and_the_others_run()
    {
        // The shorter time is over before the first step.
        File.WriteAllText(
            experiment,
            Experiments.Small.Altered(
                "{ unit: student-flops, values: [2e8, 6e8] }",
                "{ unit: seconds, values: [1e-9, 0.2] }"
            )
        );
        var run = bench.Run("run", experiment, "--out", output);
        Assert.Equal(1, run.Code);
        var rows = new ResultsFolder(output).Read().Runs;
        Assert.Equal(15, rows.Count);
        var failed = rows.Where(row => row.Status == "failed").ToArray();
        Assert.Equal(6, failed.Length);
        Assert.All(
            failed,
            row =>
                Assert.StartsWith("the budget does not pay for one training step", row.Error, StringComparison.Ordinal)
        );
        Assert.All(failed, row => Assert.True(row.Seconds > 0));
        Assert.All(failed, row => Assert.Null(row.FlopsTotal));
    }

    [Fact]
    public void Two_runs_into_one_folder_lose_no_rows()
    {
        using var first = bench.Start("run", experiment, "--out", output, "--seeds", "0", "--jobs", "1", "--quiet");
        using var second = bench.Start("run", experiment, "--out", output, "--seeds", "1", "--jobs", "1", "--quiet");
        first.WaitForExit();
        second.WaitForExit();
        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Equal(1 + 14, new ResultsFolder(output).Read().Runs.Count);
    }

    [Fact(Explicit = true)]
    public void Results_of_an_older_version_stay_until_the_new_ones_are_complete()
    {
        Assert.Equal(0, bench.Run("run", experiment, "--out", output).Code);
        var old = Bytes("runs.csv");
        // Other items, and a budget that takes longer than anyone waits: interrupted after its first units.
        var longer = Experiments.Small.Altered("items: 40", "items: 33");
        File.WriteAllText(experiment, longer.Altered("6e8]", "6e12]"));
        using (var process = bench.Start("run", experiment, "--out", output, "--json"))
        {
            while (
                process.StandardOutput.ReadLine() is { } line && !line.Contains("\"ended\"", StringComparison.Ordinal)
            ) { }

            using var kill = System.Diagnostics.Process.Start(
                "kill",
                ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]
            );
            process.WaitForExit();
            Assert.Equal(130, process.ExitCode);
        }

        Assert.Equal(old, Bytes("runs.csv"));
        File.WriteAllText(experiment, longer);
        var again = bench.Run("run", experiment, "--out", output);
        Assert.True(again.Code == 0, again.Errors);
        Assert.All(new ResultsFolder(output).Read().Scores, row => Assert.Equal(33, row.N));
    }

    [Fact(Explicit = true)]
    public void A_teacher_that_was_trained_here_teaches_again_from_its_folder()
    {
        Assert.Equal(0, bench.Run("run", experiment, "--out", output, "--seeds", "0").Code);
        var model = Directory
            .EnumerateDirectories(Path.Combine(scratch.File("home"), "store"), "model", SearchOption.AllDirectories)
            .Single(folder =>
                File.ReadAllText(Path.Combine(folder, "..", "outcome.json"))
                    .Contains("TeacherTraining", StringComparison.Ordinal)
            );
        Directory.Move(model, scratch.File("ada"));
        const string Trained = """
              train: { on: gold-traces, tokens: 60_000, learning-rate: 0.01, batch: 16 }
              model: { layers: 1, width: 16, heads: 2 }
            """;
        File.WriteAllText(experiment, Experiments.Small.Altered(Trained, "  checkpoint: { path: ada }"));
        var run = bench.Run("run", experiment, "--out", scratch.File("again"), "--seeds", "0");
        Assert.True(run.Code == 0, run.Errors);
        var (before, after) = (new ResultsFolder(output).Read(), new ResultsFolder(scratch.File("again")).Read());
        Assert.Equal(before.Items.Where(row => row.Run == "teacher"), after.Items.Where(row => row.Run == "teacher"));
        Assert.Equal(before.Scores.Select(row => row.Value), after.Scores.Select(row => row.Value));
        Assert.Equal("ada", Assert.Single(new ResultsFolder(scratch.File("again")).ReadManifest()!.Data).Key);
        Assert.DoesNotContain(after.Charges, row => row.Kind == "teacher-training");
    }

    [Fact]
    public void A_boundary_that_counts_the_teachers_training_charges_it()
    {
        File.WriteAllText(experiment, Experiments.Small.Altered("boundary: [", "boundary: [teacher-training, "));
        Assert.Equal(0, bench.Run("run", experiment, "--out", output, "--seeds", "0").Code);
        var results = new ResultsFolder(output).Read();
        var training = results.Charges.Single(row => row.Run == "teacher" && row.Kind == "teacher-training").Flops;
        Assert.All(
            results.Runs.Where(row => row.Method == "answers"),
            row => Assert.Equal(row.FlopsStudent!.Value + row.FlopsTeacher!.Value, row.FlopsTotal!.Value, 1.0)
        );
        Assert.All(results.Runs.Where(row => row.Method == "answers"), row => Assert.True(row.FlopsTeacher > training));
        Assert.All(results.Runs.Where(row => row.Method == "gold-answers"), row => Assert.Null(row.FlopsTeacher));
    }

    public static IEnumerable<TheoryDataRow<string, string, int, string>> WrongRequests =>
        [
            new("budgets:", "bugdets:", 2, "experiment.yaml:18:1: unknown key 'bugdets'; did you mean 'budgets'?"),
            new(
                "values: [2e8",
                "values: [-2e8",
                2,
                "experiment.yaml:18:42: 'values' is -200000000; it must be more than 0"
            ),
            new(
                "licence: MIT",
                "licence: Proprietary",
                3,
                "experiment.yaml:8:12: the licence 'Proprietary' of teacher 'ada' is not known to allow"
            ),
            new(
                "train: { on: gold-traces, tokens: 60_000, learning-rate: 0.01, batch: 16 }",
                "checkpoint: { path: nowhere.bin }",
                2,
                "experiment.yaml:"
            ),
        ];

    [Theory]
    [MemberData(nameof(WrongRequests))]
    public void A_wrong_request_is_one_line_and_leaves_nothing_behind(string right, string wrong, int code, string says)
    {
        File.WriteAllText(experiment, Experiments.Small.Altered(right, wrong));
        foreach (var command in (string[])["run", "plan"])
        {
            var ended =
                command == "run" ? bench.Run("run", experiment, "--out", output) : bench.Run("plan", experiment);
            Assert.Equal(code, ended.Code);
            Assert.Contains(says, ended.Errors, StringComparison.Ordinal);
            Assert.Single(ended.Errors.TrimEnd('\n').Split('\n'));
            Assert.False(Directory.Exists(output));
        }
    }

    [Fact]
    public void An_output_folder_that_cannot_be_written_is_refused_before_anything_runs()
    {
        File.WriteAllText(scratch.File("file"), "not a folder");
        var ended = bench.Run("run", experiment, "--out", scratch.File("file"));
        Assert.Equal(2, ended.Code);
        Assert.Contains("cannot write here", ended.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(scratch.File("home"), "store")));
    }

    [Fact]
    public void Usage_errors_and_unknown_experiments_are_one_line()
    {
        Assert.Equal(2, bench.Run("run").Code);
        Assert.Equal(
            (2, "bench: unknown command 'smaple'; did you mean 'sample'?\n"),
            bench.Run("smaple") is var typo ? (typo.Code, typo.Errors) : default
        );
        Assert.Equal(2, bench.Run("run", experiment, "--jobs", "0").Code);
        Assert.Equal(
            (2, "bench: unknown option '--joobs'; did you mean '--jobs'?\n"),
            bench.Run("run", experiment, "--joobs", "2") is var slip ? (slip.Code, slip.Errors) : default
        );
        Assert.Contains(
            "'zero' for option '--jobs' as a whole number",
            bench.Run("run", experiment, "--jobs", "zero").Errors,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "bench claims recomputes the claims",
            bench.Run("report", "claims").Errors,
            StringComparison.Ordinal
        );
        // At other tolerances the committed results stay as they are.
        Assert.DoesNotContain(
            "tables and figures",
            bench.Run("claims", "--tolerance", "5").Output,
            StringComparison.Ordinal
        );
        var bare = bench.Run();
        Assert.Equal(2, bare.Code);
        Assert.Contains("  claims", bare.Output, StringComparison.Ordinal);
        var unknown = bench.Run("plan", "quikstart");
        Assert.Equal(2, unknown.Code);
        Assert.StartsWith(
            "bench: there is no experiment 'quikstart'; did you mean 'quickstart'?",
            unknown.Errors,
            StringComparison.Ordinal
        );
        var empty = bench.Run("report", experiment, "--out", output);
        Assert.Equal(2, empty.Code);
        Assert.Contains("no results yet", empty.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupt_records_what_finished_and_says_so()
    {
        File.WriteAllText(experiment, Experiments.Small.Altered("6e8]", "6e12]"));
        using var process = bench.Start("run", experiment, "--out", output, "--json");
        while (process.StandardOutput.ReadLine() is { } line && !line.Contains("\"ended\"", StringComparison.Ordinal))
        { }

        Assert.Contains("interrupted; finished units are kept", Interrupted(process), StringComparison.Ordinal);
        Assert.NotEmpty(new ResultsFolder(output).Read().Runs);
    }

    [Fact]
    public void Measuring_this_machine_is_interrupted_and_keeps_no_table()
    {
        using var process = bench.Start("measure");
        Assert.StartsWith("bench: measuring this machine", process.StandardError.ReadLine(), StringComparison.Ordinal);
        Assert.Contains("interrupted", Interrupted(process), StringComparison.Ordinal);
        Assert.Equal("", process.StandardOutput.ReadToEnd());
    }

    // What it says when it is interrupted.
    private static string Interrupted(System.Diagnostics.Process process)
    {
        using (
            var kill = System.Diagnostics.Process.Start(
                "kill",
                [InterruptIsIgnored() ? "-TERM" : "-INT", process.Id.ToString(CultureInfo.InvariantCulture)]
            )
        )
            kill.WaitForExit();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        return errors;
    }

    // A shell starts background jobs with SIGINT ignored, and children inherit that.
    private static bool InterruptIsIgnored()
    {
        var mask = File.ReadLines("/proc/self/status")
            .First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))
            .Split('\t')[1];
        return (ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0b10) != 0;
    }

    [Fact]
    public void The_stories_teacher_is_sampled_by_its_file()
    {
        var file = Repository.DataOrSkip("checkpoints/stories260k/stories260K.bin");
        var ended = bench.Run("sample", file, "--prompt", "Once upon a time", "--steps", "60");
        Assert.Equal(
            "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, "
                + "she saw a big, red ball. She wanted to play with it, but it was too high\n",
            ended.Output
        );
    }

    [Fact]
    public void Doctor_finds_this_machine_well()
    {
        var ended = bench.Run("doctor");
        Assert.True(ended.Code == 0, ended.Output + ended.Errors);
        Assert.Contains("GFLOP/s", ended.Output, StringComparison.Ordinal);
    }
}
