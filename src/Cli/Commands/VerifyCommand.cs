using System.CommandLine;
using System.Globalization;
using Bench.Cli.Display;
using Bench.Cli.Execution;
using Bench.Lab.UnitExecution;
using Bench.Protocol.Ledger;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs.Sections;
using Bench.Protocol.Store;

namespace Bench.Cli.Commands;

/// <summary>bench verify: units run again from nothing, and compared with what results/ says.</summary>
internal static class VerifyCommand
{
    internal static Command Create()
    {
        var experiment = Arguments.Experiment();
        var output = Arguments.Output();
        var jobs = new Option<int>("--jobs")
        {
            Description = "Units that run at a time (default: one for each core).",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var seconds = new Option<double>("--seconds")
        {
            Description =
                "About how long: a sample of runs, always the same one, that is predicted to fit with all that they "
                + "need; at least one.",
            DefaultValueFactory = _ => 120,
        };
        var all = new Option<bool>("--all") { Description = "Every run, however long it takes." };
        var tolerance = new Option<double?>("--tolerance")
        {
            Description =
                "How far a metric's mean may be from the recorded one on another machine, or where a server's "
                + "batches round; a share of it where it is more than 1 (default: the chance in the items or "
                + "another seed would do).",
        };
        jobs.Within(1, 4096);
        seconds.Within(1, 1e7);
        tolerance.Within(0, 1);
        var command = new Command(
            "verify",
            "Run a sample of an experiment's units again from nothing, and compare with results/."
        )
        {
            experiment,
            output,
            jobs,
            seconds,
            all,
            tolerance,
        };
        command.SetAction(
            (parsed, _) =>
                Verify(
                    parsed.GetValue(experiment)!,
                    parsed.GetValue(output),
                    parsed.GetValue(jobs),
                    parsed.GetValue(all) ? double.PositiveInfinity : parsed.GetValue(seconds),
                    parsed.GetValue(tolerance)
                )
        );
        return command;
    }

    private static async Task<int> Verify(string named, string? output, int jobs, double seconds, double? tolerance)
    {
        var place = Workplace.Current;
        var file = place.ExperimentFile(named);
        var files = place.Files(file);
        var plan = Planner.Make(ExperimentFile.Load(file), files);
        var folder = Arguments.ResultsOf(place, plan.Spec, output);
        var (results, manifest) = (
            folder.Read(),
            folder.ReadManifest()
                ?? throw new LedgerException($"{folder.Path}: there are no results to verify; bench run makes them")
        );
        // A run is named by what went into it: one that is recorded and not in the plan was made from something else.
        var recorded = results
            .Runs.Where(row => row.Status == "ok")
            .Select(row => row.Run)
            .ToHashSet(StringComparer.Ordinal);
        var runs = plan
            .Runs.Where(unit =>
                unit is StudentUnit { Budget: null or { IsTimed: false } } && recorded.Contains(unit.Run)
            )
            .ToArray();
        var strange = results.Runs.Count(row => row.Student.Length > 0 && plan.Runs.All(unit => unit.Run != row.Run));
        if (strange > 0)
            Console.WriteLine($"DIFFERS: {strange} recorded runs are not of this experiment as it is now");
        if (runs.Length == 0)
        {
            Console.WriteLine($"{folder.Path}: none of its runs can be verified");
            return ExitCodes.SomeFailed;
        }

        var (chosen, sample) = Sample(plan, runs, seconds, new Forecast(plan, place.RatesFor(plan.Spec)));
        var code = place.Code();
        var here = MachineManifest.Differences(manifest, MachineManifest.This(plan, code, files));
        foreach (var line in here)
            Console.WriteLine($"environment: {line}");

        var outcomes = await Again(place, file, plan, code, sample, jobs);
        return Tell(new Verification(results), chosen, outcomes, here.Count == 0, tolerance, strange, runs.Length);
    }

    // The outcomes of units that are made from nothing: the usual store is not looked at.
    private static async Task<Dictionary<string, Outcome>> Again(
        Workplace place,
        string file,
        Plan plan,
        CodeVersion code,
        IReadOnlyList<UnitOfWork> sample,
        int jobs
    )
    {
        var store = Directory.CreateDirectory(Workplace.Temporary(place.Home)).FullName;
        try
        {
            var outcomes = new Dictionary<string, Outcome>(StringComparer.Ordinal);
            var workers = new WorkerProcess(
                new WorkerCommandLine(place.Snapshot(plan.Spec), Path.GetFullPath(file), plan.Spec.Threads, code, store)
            );
            var own = new ContentStore(store);
            await new LocalExecutor(
                plan.Spec,
                own,
                workers,
                new FailedOutcome(plan.Spec, code, own),
                jobs,
                new PlainBoard(sample.Count, quiet: true)
            ).Run(sample, (unit, outcome) => outcomes[unit.Fingerprint.Text] = outcome, Interruption.Token);
            return outcomes;
        }
        finally
        {
            Directory.Delete(store, recursive: true);
        }
    }

    private static int Tell(
        Verification verification,
        IReadOnlyList<UnitOfWork> chosen,
        IReadOnlyDictionary<string, Outcome> outcomes,
        bool sameEnvironment,
        double? tolerance,
        int strange,
        int runs
    )
    {
        IEnumerable<string> Means(UnitOfWork unit) =>
            verification
                .Means(unit.Run, outcomes[unit.Fingerprint.Text], tolerance)
                .Select(mean =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{mean.Metric} {mean.Then:0.###} then, {mean.Now:0.###} now, "
                            + $"allowed {mean.Low:0.###} to {mean.High:0.###}"
                    )
                );
        var (exact, near, different) = (0, 0, strange);
        foreach (var unit in chosen)
        {
            // Which requests meet in a server's batch is chance, and rounds otherwise.
            var bits =
                sameEnvironment && !unit.WithNeeds().OfType<TextUnit>().Any(text => text.Teacher.Endpoint is not null);
            var differences = verification.Differences(unit.Run, outcomes[unit.Fingerprint.Text], bits, tolerance);
            if (differences.Count > 0)
                different++;
            else if (bits)
                exact++;
            else
                near++;
            if (differences.Count == 0)
                Console.WriteLine(
                    bits
                        ? $"to the bit: {unit.Label}"
                        : $"within tolerance: {unit.Label} ({string.Join(", ", Means(unit))})"
                );
            foreach (var line in differences)
                Console.WriteLine($"DIFFERS: {unit.Label}: {line}");
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"verified {chosen.Count} of {runs} runs: {exact} to the "
                    + $"bit{(near > 0 ? $", {near} within tolerance" : "")}, {different} different"
            )
        );
        return different == 0 ? ExitCodes.Done : ExitCodes.SomeFailed;
    }

    // Runs in random order, as long as they and what they need are predicted to fit; what they share is done once.
    private static (IReadOnlyList<UnitOfWork> Chosen, IReadOnlyList<UnitOfWork> Units) Sample(
        Plan plan,
        UnitOfWork[] runs,
        double seconds,
        Forecast forecast
    )
    {
        var (chosen, units, left) = (new List<UnitOfWork>(), new HashSet<UnitOfWork>(), seconds);
        double Cost(UnitOfWork run) =>
            run.WithNeeds().Where(unit => !units.Contains(unit)).Sum(unit => forecast.Of(unit).Value);
        var order = new Seed(20_241_124).Stream("verify").Permutation(runs.Length).Select(i => runs[i]).ToArray();
        foreach (var run in order.OrderBy(run => run == order.MinBy(Cost) ? 0 : 1))
        {
            var cost = Cost(run);
            if (chosen.Count > 0 && cost > left)
                continue;
            chosen.Add(run);
            units.UnionWith(run.WithNeeds());
            left -= cost;
        }

        return (chosen, [.. plan.Units.Where(units.Contains)]);
    }
}
