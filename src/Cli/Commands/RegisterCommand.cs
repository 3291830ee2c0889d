using System.CommandLine;
using Bench.Cli.Execution;
using Bench.Protocol.Ledger;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs.Sections;

namespace Bench.Cli.Commands;

/// <summary>bench register: freezes question, primary contrast, seeds and test split before the first run.</summary>
internal static class RegisterCommand
{
    internal static Command Create()
    {
        var experiment = Arguments.Experiment();
        var command = new Command(
            "register",
            "Freeze an experiment's question, primary contrast, seeds and test split before its first run."
        )
        {
            experiment,
        };
        command.SetAction(parsed => Register(parsed.GetValue(experiment)!));
        return command;
    }

    private static int Register(string named)
    {
        var place = Workplace.Current;
        var file = place.ExperimentFile(named);
        var spec = ExperimentFile.Load(file);
        if (RegistrationCheck.FileOf(file) is { } known)
        {
            if (Registration.Read(known).Departures(spec) is { Count: > 0 } departures)
                throw new UsageException(
                    $"{known}: {string.Join(", ", departures)} since it was registered",
                    "undo the change, or delete the registration and say so where results are published"
                );
            Console.WriteLine($"{known}: registered already, and nothing changed since");
            return ExitCodes.Done;
        }

        var results = Arguments.ResultsOf(place, spec, null);
        if (results.Read().Runs.Any(run => run.Status == RunRow.Ok && run.Seed is not null))
            throw new UsageException(
                $"{results.Path} holds runs of this experiment: registering comes before the first",
                "register a new experiment with seeds and test items of its own"
            );
        var registration = Registration.Of(spec, Timestamp.Of(TimeProvider.System.GetUtcNow()));
        var path = Path.Combine(Path.GetDirectoryName(file)!, Registration.FileName);
        File.WriteAllText(path, registration.ToJson());
        Console.WriteLine($"registered {registration.Primary} at {registration.Budget}: {path}");
        Console.WriteLine("commit it before the first run; a signed tag of that commit shows others when it was");
        return ExitCodes.Done;
    }
}
