using Bench.Cli.Display;
using Bench.Cli.Execution;
using Bench.Cli.Execution.Slurm;
using Bench.Lab.UnitExecution;
using Bench.Protocol.Ledger;
using Bench.Protocol.Machines;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;
using Bench.Protocol.Specs.Sections;
using Bench.Report;
using Bench.Report.Page;
using Bench.Report.Tables;

namespace Bench.Cli.Commands;

/// <summary>An experiment's run: planned and checked when it is made, then executed, recorded and reported.</summary>
internal sealed class ExperimentRun
{
    private readonly RunRequest request;
    private readonly Workplace place = Workplace.Current;
    private readonly string file;
    private readonly Plan plan;
    private readonly IReadOnlyList<UnitOfWork> chosen;
    private readonly UnitOfWork[] stored;
    private readonly ResultsFolder results;
    private readonly StoreLimit limit;
    private readonly CodeVersion code;
    private readonly int kept;
    private readonly int atOnce;
    private readonly MachineRates? known;
    private readonly Forecast forecast;
    private readonly RemainingTime remaining;
    private readonly IBoard board;
    private readonly Recorder recorder;

    /// <exception cref="SpecException">The experiment cannot be run as it is written.</exception>
    /// <exception cref="UsageException">The request does not fit the experiment or its results.</exception>
    internal ExperimentRun(RunRequest request)
    {
        this.request = request;
        file = place.ExperimentFile(request.Experiment);
        var files = place.Files(file);
        plan = Planner.Make(Asked(request, ExperimentFile.Load(file)), files);
        if (files.Missing.Count > 0)
            throw new SpecException(
                files.Missing[0].Location,
                $"there is no '{files.Missing[0].Path}' here: this experiment can be planned, not run",
                "put the checkpoint's folder beside the experiment, or under BENCH_DATA"
            );
        chosen = Chosen(plan, request.Seeds);
        place.Store.Sweep();
        results = Results();
        place.CheckHome();
        limit = new StoreLimit(place.Store, Workplace.StoreLimit);
        limit.Check();
        code = place.Code();
        var manifest = MachineManifest.This(plan, code, files);
        // A cluster's nodes are not this machine, and are of several kinds.
        var otherwise =
            !request.OnCluster && results.ReadManifest() is { } then ? MachineManifest.Differences(then, manifest) : [];
        kept = KeptOf(results, plan, chosen, otherwise);
        stored = [.. chosen.Where(unit => place.Store.Find(unit.Fingerprint.Text) is not null)];
        atOnce = request.OnCluster ? 1 : request.Jobs ?? Environment.ProcessorCount;
        known = place.RatesFor(plan.Spec);
        forecast = new Forecast(
            plan,
            known ?? (request.OnCluster ? null : Look(plan.Spec, chosen.Count - stored.Length)),
            atOnce
        );
        // A cluster's nodes are not known: as if it had room for all that may start, at this machine's pace.
        remaining = new RemainingTime(
            chosen,
            forecast,
            request.OnCluster ? request.Jobs ?? chosen.Count : atOnce,
            TimeProvider.System
        );
        board = Board();
        recorder = new Recorder(
            plan,
            results,
            manifest,
            otherwise.Count > 0,
            !request.OnCluster && known?.Process is not null ? forecast : null,
            board,
            TimeProvider.System
        );
    }

    /// <summary>Runs every chosen unit that the store lacks, records all, and writes the report.</summary>
    /// <returns>The exit code.</returns>
    internal async Task<int> Execute()
    {
        var executor = Executor();
        foreach (var unit in stored)
            remaining.Known(unit);
        Announce();
        var complete = false;
        try
        {
            await board.Watch(() => executor.Run(chosen, Ended, Interruption.Token));
            complete = true;
        }
        finally
        {
            recorder.Save(complete);
        }

        ExperimentReport.Write(plan.Spec, results, RegistrationCheck.Say(plan.Spec, file, results.Read()));
        Conclude();
        return recorder.Failed > 0 ? ExitCodes.SomeFailed : ExitCodes.Done;
    }

    private void Ended(UnitOfWork unit, Outcome outcome)
    {
        recorder.Ended(unit, outcome);
        limit.Add(unit);
    }

    // The experiment, or its pilot.
    private static ExperimentSpec Asked(RunRequest request, ExperimentSpec spec)
    {
        if (request is { Pilot: not null, Seeds: not null })
            throw new UsageException("a pilot has seeds of its own", "give --pilot or --seeds");
        return request.Pilot is { } seeds ? spec.Pilot(seeds) : spec;
    }

    // The folder of results, which takes no other experiment's.
    private ResultsFolder Results()
    {
        var folder = Arguments.ResultsOf(place, plan.Spec, request.Output);
        folder.CheckWritable();
        if (folder.ReadManifest() is { } other && other.Experiment != plan.Spec.Name)
            throw new LedgerException(
                $"{folder.Path}: it holds the results of '{other.Experiment}'; choose another folder with --out"
            );
        if (
            plan.Spec.IsPilot
            && folder.Read().Runs.Count(run => run.Status == RunRow.Ok && run.Seed is not null) is > 0 and var runs
        )
            throw new UsageException(
                $"{folder.Path} holds {runs} runs of the experiment itself, and a pilot comes before them",
                "write elsewhere with --out"
            );
        return folder;
    }

    private IBoard Board() =>
        request.Json ? new JsonBoard(remaining)
        : request.Quiet || Console.IsOutputRedirected ? new PlainBoard(chosen.Count, request.Quiet)
        : new LiveBoard(chosen, remaining);

    private IExecutor Executor()
    {
        var command = new WorkerCommandLine(
            place.Snapshot(plan.Spec),
            Path.GetFullPath(file),
            plan.Spec.Threads,
            code,
            place.Store.Root
        );
        var failures = new FailedOutcome(plan.Spec, code, place.Store);
        return request.OnCluster
            ? new SlurmExecutor(
                plan.Spec,
                place.Store,
                command,
                Path.Combine(place.Home, "slurm"),
                place.EnvironmentVariables,
                failures,
                request.Jobs,
                board
            )
            : new LocalExecutor(plan.Spec, place.Store, new WorkerProcess(command), failures, atOnce, board);
    }

    // How long it will take, and what need not be made again.
    private void Announce()
    {
        if (!request.OnCluster && forecast.Rates is { } rates && remaining.Seconds() is > 1 and var seconds)
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
    }

    private void Conclude()
    {
        static string Here(string path) => Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        if (recorder.MadeOtherwise > 0)
            board.Say(
                $"{recorder.MadeOtherwise} units were in the store as other kernels or another machine made them; "
                    + $"with an empty BENCH_HOME they are made anew"
            );
        if (kept > 0)
            board.Say($"{kept} runs of other seeds stand in {Here(results.Path)} from before, and are in what follows");
        if (plan.Spec.IsPilot)
        {
            board.Say(
                $"the pilot's {plan.Runs.Count(unit => unit is StudentUnit)} runs are recorded in "
                    + $"{Here(results.Path)}; bench plan tells what the experiment's seeds can see"
            );
            return;
        }

        foreach (var line in Conclusions.Of(plan.Spec, results.Read().Summarised(plan.Spec)))
            board.Say(line);
        board.Say(
            $"results and figures: {Here(results.Path)}; all of it on a page: "
                + $"{Here(Path.Combine(results.Path, HtmlPage.Name))}"
        );
    }

    // A run of one unit tells how long it takes by itself.
    private static MachineRates? Look(ExperimentSpec spec, int units) =>
        units > 1
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
