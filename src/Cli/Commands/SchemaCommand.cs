using System.CommandLine;
using Bench.Protocol.Specs.Sections;

namespace Bench.Cli.Commands;

/// <summary>bench schema: the JSON Schema of an experiment file, for editors.</summary>
internal static class SchemaCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "schema",
            "Print the JSON Schema of an experiment file, by which editors complete and check it."
        );
        command.SetAction(_ => Console.Write(ExperimentSchema.Text));
        return command;
    }
}
