using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Bench.Cli.Execution;
using Bench.Lab.Tensors;
using Bench.Lab.UnitExecution;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs.Sections;
using Bench.Protocol.Store;

namespace Bench.Cli.Commands;

/// <summary>bench worker: one unit of work in this process. Executors start it; people do not need it.</summary>
internal static class WorkerCommand
{
    /// <summary>Between two looks at something that only a file tells.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>A network file system may keep what it knows of a folder for a minute.</summary>
    private static readonly TimeSpan SlowestFolder = TimeSpan.FromSeconds(90);

    internal static Command Create()
    {
        var unit = new Argument<string>("unit") { Description = "The unit's fingerprint." };
        var spec = new Option<string>("--spec")
        {
            Required = true,
            Description = "The experiment as it was when the run began.",
        };
        var original = new Option<string>("--of")
        {
            Required = true,
            Description = "The experiment file, beside which its paths start.",
        };
        var attached = new Option<bool>("--attached") { Description = "End when standard input closes." };
        var seed = new Option<long?>(WorkerCommandLine.WorkerSeed)
        {
            Description = "The unit's seed: only its units are planned.",
        };
        var timings = new Option<bool>("--timings")
        {
            Description =
                "Print how many seconds after the process began its parts were done, up to the first training step.",
        };
        var command = new Command("worker", "Execute one unit of work.")
        {
            unit,
            spec,
            original,
            attached,
            seed,
            timings,
        };
        command.Hidden = true;
        command.SetAction(parsed =>
            Run(
                parsed.GetValue(unit)!,
                parsed.GetValue(spec)!,
                parsed.GetValue(original)!,
                parsed.GetValue(attached),
                parsed.GetValue(seed),
                parsed.GetValue(timings) ? new StartTimes() : null
            )
        );
        return command;
    }

    private static int Run(
        string fingerprint,
        string specFile,
        string original,
        bool attached,
        long? seed,
        StartTimes? times
    )
    {
        times?.Done("runtime_s");
        if (attached)
            EndWithParent();
        var place = Workplace.Current;
        var files = place.Files(original);
        var whole = ExperimentFile.Load(specFile);
        // Of thousands of units the one is wanted, and those that it needs.
        var plan = Planner.Make(seed is { } own ? whole with { Seeds = [own] } : whole, files);
        var unit = plan.Find(fingerprint);
        times?.Done("plan_s");
        var clock = TimeProvider.System;
        using var held = Hold(place.Store, fingerprint);
        // Whoever had the lock may have made what is wanted.
        if (place.Store.Find(fingerprint) is not null)
            return ExitCodes.Done;
        foreach (var need in unit.Needs)
            if (!Until(() => place.Store.Find(need.Fingerprint.Text) is not null, SlowestFolder))
                throw new LabException($"it needs {need.Label}, which is not in the store {place.Store.Root}");
        if (times is not null && LibTorch.Version.Length > 0)
            times.Done("libtorch_s");
        var (last, stage) = (0L, "");
        new UnitRunner(plan, place.Store, files, Workplace.Key, place.Code(), clock).Run(
            unit,
            progress =>
            {
                if (times is not null && progress.Loss is not null)
                {
                    times.Done("first_step_s");
                    times.Print();
                    times = null;
                }

                // A few lines a second are enough for any eye.
                if (progress.Stage == stage && clock.GetElapsedTime(last).TotalMilliseconds < 200)
                    return;
                (last, stage) = (clock.GetTimestamp(), progress.Stage);
                Console.WriteLine(
                    new UnitEvent(progress.Stage, progress.Share, progress.Loss, progress.TokensPerSecond).ToLine()
                );
            }
        );
        return ExitCodes.Done;
    }

    /// <summary>When the parts of a start were done.</summary>
    private sealed class StartTimes
    {
        private readonly DateTime began = Process.GetCurrentProcess().StartTime.ToUniversalTime();
        private readonly Dictionary<string, double> done = [];

        internal void Done(string part) =>
            done[part] = Math.Round((TimeProvider.System.GetUtcNow().UtcDateTime - began).TotalSeconds, 3);

        internal void Print() => Console.WriteLine(JsonSerializer.Serialize(done));
    }

    // Two runs of one experiment share its units: one computes, the other waits, and says so now and then.
    private static IDisposable Hold(ContentStore store, string fingerprint)
    {
        IDisposable? held = null;
        while (!Until(() => (held = store.TryHold(fingerprint)) is not null, TimeSpan.FromSeconds(1)))
            Console.WriteLine(new UnitEvent(UnitEvent.Waiting, 0, null, null).ToLine());
        return held!;
    }

    // The system tells nobody when a lock is freed, nor a network when a folder appears.
    private static bool Until(Func<bool> comes, TimeSpan atMost)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!comes())
        {
            if (TimeProvider.System.GetElapsedTime(started) > atMost)
                return false;
            Thread.Sleep(Pause);
        }

        return true;
    }

    // The parent holds the other end of standard input: it closes when the parent dies, however it dies.
    private static void EndWithParent()
    {
        var watch = new Thread(() =>
        {
            while (Console.In.Read() >= 0) { }

            Environment.Exit(ExitCodes.Interrupted);
        })
        {
            IsBackground = true,
        };
        watch.Start();
    }
}
