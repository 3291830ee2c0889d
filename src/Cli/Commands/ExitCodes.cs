namespace Bench.Cli.Commands;

/// <summary>The meanings of the command's exit codes.</summary>
internal static class ExitCodes
{
    internal const int Done = 0;
    internal const int SomeFailed = 1;
    internal const int WrongRequest = 2;
    internal const int Refused = 3;
    internal const int Interrupted = 130;
}
