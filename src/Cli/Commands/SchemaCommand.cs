using System.CommandLine;
using Bench.Protocol.Specs.Sections;

namespace Bench.Cli.Commands;

/// <summary>bench schema: the JSON Schema of an experiment file for editors, or its reference page.</summary>
internal static class SchemaCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "schema",
            "Print the JSON Schema of an experiment file, by which editors complete and check it."
        );
        var reference = new Option<bool>("--reference")
        {
            Description = "Print the reference page instead, in Markdown.",
        };
        command.Options.Add(reference);
        command.SetAction(parsed =>
            Console.Write(parsed.GetValue(reference) ? ExperimentReference.Text : ExperimentSchema.Text)
        );
        return command;
    }
}
