using System.CommandLine;
using Bench.Cli.Display;
using Bench.Cli.Execution;
using Bench.Cli.Execution.Slurm;
using Bench.Protocol.Ledger;
using Bench.Protocol.Machines;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;
using Bench.Protocol.Specs.Sections;
using Bench.Report;
using Bench.Report.Page;
using Bench.Report.Tables;

namespace Bench.Cli.Commands;

/// <summary>bench run: plan, execute, report.</summary>
internal static class RunCommand
{
    private const string Local = "local";
    private const string Slurm = "slurm";

    internal static Command Create()
    {
        var experiment = Arguments.Experiment();
        var output = Arguments.Output();
        var jobs = new Option<int?>("--jobs")
        {
            Description =
                "Units that run at a time: here one for each core if nothing is said; with slurm the most of each "
                + "array, else as many as there is room for.",
        };
        var executor = new Option<string>("--executor")
        {
            Description = "Where units run: local, as processes of this machine, or slurm, as jobs of its cluster.",
            DefaultValueFactory = _ => Local,
        };
        executor.AcceptOnlyFromAmong(Local, Slurm);
        var seeds = new Option<string>("--seeds") { Description = "Only these of the experiment's seeds, e.g. 0,1." };
        var quiet = new Option<bool>("--quiet") { Description = "Say only what went wrong." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line for each event." };
        jobs.Within(1, 4096);
        var command = new Command("run", "Plan, execute and report an experiment.")
        {
            experiment,
            output,
            jobs,
            executor,
            seeds,
            quiet,
            json,
        };
        command.SetAction(
            (parsed, _) =>
                Run(
                    parsed.GetValue(experiment)!,
                    parsed.GetValue(output),
                    parsed.GetValue(executor)!,
                    parsed.GetValue(jobs),
                    parsed.GetValue(seeds),
                    parsed.GetValue(quiet),
                    parsed.GetValue(json)
                )
        );
        return command;
    }

    private static async Task<int> Run(
        string named,
        string? output,
        string executor,
        int? jobs,
        string? seeds,
        bool quiet,
        bool json
    )
    {
        var place = Workplace.Current;
        var file = place.ExperimentFile(named);
        var files = place.Files(file);
        var plan = Planner.Make(ExperimentFile.Load(file), files);
        if (files.Missing.Count > 0)
            throw new SpecException(
                files.Missing[0].Location,
                $"there is no '{files.Missing[0].Path}' here: this experiment can be planned, not run",
                "put the checkpoint's folder beside the experiment, or under BENCH_DATA"
            );
        var chosen = Chosen(plan, seeds);
        place.Store.Sweep();
        var results = Arguments.ResultsOf(place, plan.Spec, output);
        results.CheckWritable();
        if (results.ReadManifest() is { } other && other.Experiment != plan.Spec.Name)
            throw new LedgerException(
                $"{results.Path}: it holds the results of '{other.Experiment}'; choose another folder with --out"
            );
        place.CheckHome();
        var limit = new StoreLimit(place.Store, Workplace.StoreLimit);
        limit.Check();

        var code = place.Code();
        var manifest = MachineManifest.This(plan, code, files);
        var isHere = executor != Slurm;
        // A cluster's nodes are not this machine, and are of several kinds.
        var otherwise = isHere && results.ReadManifest() is { } then ? MachineManifest.Differences(then, manifest) : [];
        var others = KeptOf(results, plan, chosen, otherwise);
        var atOnce = isHere ? jobs ?? Environment.ProcessorCount : 1;
        var known = place.RatesFor(plan.Spec);
        var stored = chosen.Where(unit => place.Store.Find(unit.Fingerprint.Text) is not null).ToArray();
        var forecast = new Forecast(plan, known ?? Look(plan.Spec, isHere, chosen.Count - stored.Length), atOnce);
        // A cluster's nodes are not known: as if it had room for all that may start, at this machine's pace.
        var remaining = new RemainingTime(
            chosen,
            forecast,
            isHere ? atOnce : jobs ?? chosen.Count,
            TimeProvider.System
        );
        IBoard board =
            json ? new JsonBoard(remaining)
            : quiet || Console.IsOutputRedirected ? new PlainBoard(chosen.Count, quiet)
            : new LiveBoard(chosen, remaining);
        var recorder = new Recorder(
            plan,
            results,
            manifest,
            otherwise.Count > 0,
            isHere && known?.Process is not null ? forecast : null,
            board,
            TimeProvider.System
        );
        var command = new WorkerCommandLine(
            place.Snapshot(plan.Spec),
            Path.GetFullPath(file),
            plan.Spec.Threads,
            code,
            place.Store.Root
        );
        var failures = new FailedOutcome(plan.Spec, code, place.Store);
        IExecutor where = !isHere
            ? new SlurmExecutor(
                plan.Spec,
                place.Store,
                command,
                Path.Combine(place.Home, "slurm"),
                place.Environs,
                failures,
                jobs,
                board
            )
            : new LocalExecutor(plan.Spec, place.Store, new WorkerProcess(command), failures, atOnce, board);
        foreach (var unit in stored)
            remaining.Known(unit);
        if (isHere && forecast.Rates is { } rates && remaining.Seconds() is > 1 and var seconds)
        {
            var basis =
                rates.Process is null ? $", at the rates of one {rates.Device}"
                : known is null ? " on this machine, by a look at it just now"
                : " on this machine, as bench measure found it";
            board.Say($"about {BoardText.Duration(seconds)}{basis}");
        }

        if (stored.Length > 0)
            board.Say(
                $"{stored.Length} of {chosen.Count} units stand in the store from before; they are not made again"
            );
        var stop = Interruption.Token;
        var complete = false;
        try
        {
            await board.Watch(() =>
                where.Run(
                    chosen,
                    (unit, outcome) =>
                    {
                        recorder.Ended(unit, outcome);
                        limit.Add(unit);
                    },
                    stop
                )
            );
            complete = true;
        }
        finally
        {
            recorder.Save(complete);
        }

        ExperimentReport.Write(plan.Spec, results);
        if (recorder.MadeOtherwise > 0)
            board.Say(
                $"{recorder.MadeOtherwise} units were in the store as other kernels or another machine made them; "
                    + $"with an empty BENCH_HOME they are made anew"
            );
        if (others > 0)
            board.Say(
                $"{others} runs of other seeds stand in "
                    + $"{Path.GetRelativePath(Directory.GetCurrentDirectory(), results.Path)} from before, and are "
                    + $"in what follows"
            );
        foreach (var line in Conclusions.Of(plan.Spec, results.Read()))
            board.Say(line);
        board.Say(
            $"results and figures: {Path.GetRelativePath(Directory.GetCurrentDirectory(), results.Path)}; all of it "
                + $"on a page: "
                + $"{Path.GetRelativePath(Directory.GetCurrentDirectory(), Path.Combine(results.Path, HtmlPage.Name))}"
        );
        return recorder.Failed > 0 ? ExitCodes.SomeFailed : ExitCodes.Done;
    }

    // A run of one unit tells how long it takes by itself.
    private static MachineRates? Look(ExperimentSpec spec, bool isHere, int units) =>
        isHere
        && units > 1
        && spec is { Device: "cpu", Precision: Precision.F32, Threads: 1 }
        && spec.Students.All(student => student.Model.Hidden is null)
            ? MeasureCommand.Look(spec)
            : null;

    // How many recorded runs of other seeds stay beside the chosen ones. Another machine's students learn otherwise, by
    // other rounding, and from another teacher.
    private static int KeptOf(
        ResultsFolder results,
        Plan plan,
        IReadOnlyList<UnitOfWork> chosen,
        IReadOnlyList<string> otherwise
    )
    {
        if (chosen.Count == plan.Units.Count)
            return 0;
        var others = plan.Runs.Except(chosen).Select(unit => unit.Run).ToHashSet(StringComparer.Ordinal);
        var kept = results.Read().Runs.Count(row => others.Contains(row.Run));
        if (kept > 0 && otherwise.Count > 0)
            throw new UsageException(
                $"{kept} runs of other seeds in {results.Path} were made otherwise ({string.Join("; ", otherwise)}) "
                    + $"and would stand in one table with these",
                "run all seeds, or write elsewhere with --out"
            );
        return kept;
    }

    private static IReadOnlyList<UnitOfWork> Chosen(Plan plan, string? seeds)
    {
        if (seeds is null)
            return plan.Units;
        var wanted = new HashSet<long>();
        foreach (var word in seeds.Split(','))
        {
            if (!long.TryParse(word, out var seed) || !plan.Spec.Seeds.Contains(seed))
                throw new UsageException(
                    $"--seeds: '{word}' is not a seed of this experiment",
                    $"it has {string.Join(",", plan.Spec.Seeds)}"
                );
            wanted.Add(seed);
        }

        return
        [
            .. plan.Units.Where(unit =>
                unit.WithNeeds().OfType<StudentUnit>().All(student => wanted.Contains(student.Seed))
            ),
        ];
    }
}
