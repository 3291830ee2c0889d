using System.CommandLine;
using Bench.Cli;
using Bench.Cli.Commands;
using Bench.Lab.Tensors;
using Bench.Protocol.Ledger;
using Bench.Protocol.Licences;
using Bench.Protocol.Specs;

var root = new RootCommand("Bench trains students from teachers under budgets, and measures what moved and what it cost.")
{
    RunCommand.Create(),
    PlanCommand.Create(),
    ReportCommand.Create(),
    SampleCommand.Create(),
    ServeCommand.Create(),
    ExportCommand.Create(),
    ClaimsCommand.Create(),
    ScoreCommand.Create(),
    TokenizeCommand.Create(),
    ChatTemplateCommand.Create(),
    GradeCommand.Create(),
    DoctorCommand.Create(),
    WorkerCommand.Create(),
};
// The launcher runs the tests itself; the command stands here for --help.
var test = new Command("test", "Run the whole test suite.");
test.SetAction(int (_) => throw new SpecException(null, "the launcher runs the tests", "./bench test"));
root.Add(test);

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    var known = root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name).ToArray();
    var wrong = args.FirstOrDefault(word => !word.StartsWith('-'));
    return wrong is not null && parsed.CommandResult.Command == root
        ? Say($"unknown command '{wrong}'; {Suggestion.For(wrong, known)}", ExitCodes.WrongRequest)
        : Say($"{parsed.Errors[0].Message} (bench {(parsed.CommandResult.Command == root ? "" : parsed.CommandResult.Command.Name + " ")}--help tells more)", ExitCodes.WrongRequest);
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (LicenceRefusedException refusal)
{
    return Say(refusal.Message, ExitCodes.Refused);
}
catch (Exception error) when (error is SpecException or LedgerException)
{
    return Say(error.Message, ExitCodes.WrongRequest);
}
catch (LabException error)
{
    return Say(error.Message, ExitCodes.SomeFailed);
}
catch (OperationCanceledException)
{
    return Say("interrupted; what finished is recorded, and the same command goes on from there", ExitCodes.Interrupted);
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    return Say(error.Message, ExitCodes.SomeFailed);
}
catch (Exception error) when (Environment.GetEnvironmentVariable("BENCH_TRACE") is null)
{
    return Say($"a fault of Bench itself: {error.GetType().Name}: {error.Message} (BENCH_TRACE=1 shows where; please report it)", ExitCodes.SomeFailed);
}

static int Say(string message, int code)
{
    Console.Error.WriteLine("bench: " + message.ReplaceLineEndings(" "));
    return code;
}
