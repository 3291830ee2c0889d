using System.CommandLine;
using Bench.Cli.Commands;
using Bench.Cli.Execution;
using Bench.Lab.Tensors;
using Bench.Protocol.Ledger;
using Bench.Protocol.Licences;
using Bench.Protocol.Reading;
using Bench.Report.Style;

if (Environment.GetEnvironmentVariable(Workplace.KernelsVariable) is { Length: > 0 } kernels)
{
    if (kernels is not ("fused" or "composite"))
    {
        Console.Error.WriteLine(
            $"bench: {Workplace.KernelsVariable} is '{TerminalText.OneLine(kernels)}': set it to fused or composite, "
                + $"or unset it"
        );
        return ExitCodes.WrongRequest;
    }

    AppContext.SetSwitch(Compute.CompositeSwitch, kernels == "composite");
}

var root = new RootCommand(
    "Bench trains students from teachers under budgets, and measures what moved and what it cost."
)
{
    RunCommand.Create(),
    PlanCommand.Create(),
    ReportCommand.Create(),
    RegisterCommand.Create(),
    VerifyCommand.Create(),
    MeasureCommand.Create(),
    SampleCommand.Create(),
    ServeCommand.Create(),
    ExportCommand.Create(),
    ClaimsCommand.Create(),
    ScoreCommand.Create(),
    TokenizeCommand.Create(),
    ChatTemplateCommand.Create(),
    GradeCommand.Create(),
    SchemaCommand.Create(),
    DoctorCommand.Create(),
    StoreCommand.Create(),
    WorkerCommand.Create(),
    ProbeCommand.Create(),
};

// The launcher runs the tests itself; the command stands here for --help.
var test = new Command("test", "Run the whole test suite.");
test.SetAction(int (_) => throw new UsageException("the launcher runs the tests", "./bench test"));
root.Add(test);

if (args.Length == 0)
{
    root.Parse(["--help"]).Invoke();
    return ExitCodes.WrongRequest;
}

// As many other programs have it: bench help, bench help run.
if (args[0] == "help")
    args = [.. args.Skip(1), "--help"];
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    // A misspelt option is said first: the parser would blame the word after it.
    var options = parsed
        .CommandResult.Command.Options.SelectMany(option => option.Aliases.Append(option.Name))
        .Append("--help")
        .ToArray();
    if (
        parsed.CommandResult.Command != root
        && args.FirstOrDefault(word =>
            word.StartsWith("--", StringComparison.Ordinal) && !options.Contains(word.Split('=')[0])
        )
            is { } strange
    )
        return Say($"unknown option '{strange}'; {Suggestion.For(strange, options)}", ExitCodes.WrongRequest);
    var known = root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name).ToArray();
    var wrong = args.FirstOrDefault(word => !word.StartsWith('-'));
    return wrong is not null && parsed.CommandResult.Command == root
        ? Say($"unknown command '{wrong}'; {Suggestion.For(wrong, known)}", ExitCodes.WrongRequest)
        : Say(
            $"{Plain(parsed.Errors[0].Message)} (bench "
                + $"{(parsed.CommandResult.Command == root ? "" : parsed.CommandResult.Command.Name + " ")}--help "
                + $"tells more)",
            ExitCodes.WrongRequest
        );
}

try
{
    // Signals are Interruption's: the library's own handler may meet a cancellation that is gone already.
    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
    );
}
catch (LicenceRefusedException refusal)
{
    return Say(refusal.Message, ExitCodes.Refused);
}
catch (SpecException wrong)
{
    foreach (var error in wrong.Errors)
        Say(error.Message, ExitCodes.WrongRequest);
    return ExitCodes.WrongRequest;
}
catch (Exception error)
    when (error.GetBaseException() is SpecException or UsageException or LedgerException or LabException)
{
    // Where nothing can be computed, the type that would have is never made: what is said lies within.
    return Say(error.GetBaseException().Message, ExitCodes.WrongRequest);
}
catch (OperationCanceledException)
{
    return Say("interrupted; finished units are kept, and the same command goes on from there", ExitCodes.Interrupted);
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    return Say(error.Message, ExitCodes.SomeFailed);
}
catch (Exception error) when (Environment.GetEnvironmentVariable("BENCH_TRACE") is null)
{
    return Say(
        $"a fault of Bench itself: {error.GetType().Name}: {error.Message.Split('\n')[0]} (BENCH_TRACE=1 shows "
            + $"where; please report it)",
        ExitCodes.SomeFailed
    );
}

// The parser's words for types are not people's.
static string Plain(string message) =>
    string.Join(
        ' ',
        message
            .Replace("System.Nullable`1[System.Int32]", "System.Int32", StringComparison.Ordinal)
            .Replace("as expected type 'System.Int32'", "as a whole number", StringComparison.Ordinal)
            .Replace("as expected type 'System.Int64'", "as a whole number", StringComparison.Ordinal)
            .Replace("as expected type 'System.Double'", "as a number", StringComparison.Ordinal)
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
    );

static int Say(string message, int code)
{
    Console.Error.WriteLine("bench: " + TerminalText.OneLine(message));
    return code;
}
