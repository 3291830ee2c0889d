using System.CommandLine;
using Bench.Cli.Execution;
using Bench.Lab.Runs;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Bench.Protocol.Store;

namespace Bench.Cli.Commands;

/// <summary>bench worker: one unit of work in this process. Executors start it; people do not need it.</summary>
internal static class WorkerCommand
{
    internal static Command Create()
    {
        var unit = new Argument<string>("unit") { Description = "The unit's fingerprint." };
        var spec = new Option<string>("--spec") { Required = true, Description = "The experiment as it was when the run began." };
        var original = new Option<string>("--of") { Required = true, Description = "The experiment file, beside which its paths start." };
        var attached = new Option<bool>("--attached") { Description = "End when standard input closes." };
        var command = new Command("worker", "Execute one unit of work.") { unit, spec, original, attached };
        command.Hidden = true;
        command.SetAction(parsed => Run(parsed.GetValue(unit)!, parsed.GetValue(spec)!, parsed.GetValue(original)!, parsed.GetValue(attached)));
        return command;
    }

    private static int Run(string fingerprint, string specFile, string original, bool attached)
    {
        if (attached) EndWithParent();
        var place = Workplace.Current;
        var files = place.Files(original);
        var plan = Planner.Make(ExperimentFile.Load(specFile), files);
        var unit = plan.Find(fingerprint);
        var clock = TimeProvider.System;
        using var held = Hold(place.Store, fingerprint);
        // Whoever had the lock may have made what is wanted.
        if (place.Store.Find(fingerprint) is not null) return ExitCodes.Done;
        var (last, stage) = (0L, "");
        new UnitRunner(plan, place.Store, files, Workplace.Key, place.Code(), clock).Run(unit, progress =>
        {
            // A few lines a second are enough for any eye.
            if (progress.Stage == stage && clock.GetElapsedTime(last).TotalMilliseconds < 200) return;
            (last, stage) = (clock.GetTimestamp(), progress.Stage);
            Console.WriteLine(new UnitEvent(progress.Stage, progress.Share, progress.Loss, progress.TokensPerSecond).ToLine());
        });
        return ExitCodes.Done;
    }

    // Two runs of one experiment share its units: one computes, the other waits.
    private static IDisposable Hold(ContentStore store, string fingerprint)
    {
        for (var told = false;; told = true)
        {
            if (store.TryHold(fingerprint) is { } held) return held;
            if (!told) Console.WriteLine(new UnitEvent("waiting for another run", 0, null, null).ToLine());
            Thread.Sleep(250);
        }
    }

    // The parent holds the other end of standard input: it closes when the parent dies, however it dies.
    private static void EndWithParent()
    {
        var watch = new Thread(() =>
        {
            while (Console.In.Read() >= 0)
            {
            }

            Environment.Exit(ExitCodes.Interrupted);
        })
        {
            IsBackground = true,
        };
        watch.Start();
    }
}
