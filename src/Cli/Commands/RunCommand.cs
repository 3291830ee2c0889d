using System.CommandLine;

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
        var pilot = new Option<int?>("--pilot")
        {
            Description =
                "First a pilot of so many seeds of its own: bench plan then tells how large a difference the "
                + "experiment can see. They enter no comparison.",
        }.Within(2, 100);
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
            pilot,
            quiet,
            json,
        };
        command.SetAction(
            (parsed, _) =>
                new ExperimentRun(
                    new RunRequest(
                        Experiment: parsed.GetValue(experiment)!,
                        Output: parsed.GetValue(output),
                        OnCluster: parsed.GetValue(executor) == Slurm,
                        Jobs: parsed.GetValue(jobs),
                        Seeds: parsed.GetValue(seeds),
                        Pilot: parsed.GetValue(pilot),
                        Quiet: parsed.GetValue(quiet),
                        Json: parsed.GetValue(json)
                    )
                ).Execute()
        );
        return command;
    }
}
