using System.CommandLine;
using System.Globalization;
using Bench.Cli.Execution;
using Bench.Protocol.Ledger;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;

namespace Bench.Cli.Commands;

/// <summary>Arguments that several commands share.</summary>
internal static class Arguments
{
    internal static Argument<string> Experiment() =>
        new("experiment") { Description = "A folder under experiments/, or a path to an experiment.yaml." };

    internal static Option<string?> Output() =>
        new Option<string?>("--out") { Description = "The folder for results (default: results/<name>)." }.NotEmpty();

    internal static Argument<string> Model() =>
        new("model")
        {
            Description = "A model's folder, a llama2.c .bin file, or a run of an experiment as experiment/run.",
        };

    internal static Option<string?> Tokenizer() =>
        new("--tokenizer")
        {
            Description = "The tokenizer of a .bin file (default: tokenizer.bin or tok*.bin beside it).",
        };

    internal static Option<string?> TokenIds() =>
        new("--token-ids") { Description = "Tokens by their numbers, e.g. 1,5,9; nothing is set before them." };

    /// <summary>Lets an option's number be in a range only. The parser itself refuses text that is no number.</summary>
    internal static T Within<T>(this T option, double low, double high)
        where T : Option
    {
        option.Validators.Add(result =>
        {
            if (
                result.Tokens.Count == 1
                && double.TryParse(
                    result.Tokens[0].Value,
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                && !(number >= low && number <= high)
            )
                result.AddError(
                    string.Create(CultureInfo.InvariantCulture, $"{option.Name} must be from {low} to {high}")
                );
        });
        return option;
    }

    /// <summary>Refuses an option's value that is empty.</summary>
    internal static T NotEmpty<T>(this T option)
        where T : Option
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.Length == 0))
                result.AddError($"{option.Name} is empty; leave it out, or name a file or folder");
        });
        return option;
    }

    /// <summary>The tokens that --token-ids names.</summary>
    internal static int[] Ids(string numbers) =>
        [
            .. numbers
                .Split(',')
                .Select(word =>
                    int.TryParse(word.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                        ? id
                        : throw new UsageException(
                            $"--token-ids: '{word}' is no token",
                            "numbers with commas between them"
                        )
                ),
        ];

    internal static ResultsFolder ResultsOf(Workplace place, ExperimentSpec spec, string? output)
    {
        if (output is not null)
            return output.Length > 0 ? new(output) : throw new UsageException("--out is empty", "name a folder");
        // A copy whose name was left as it is would write over what it was copied from.
        var owner = Path.Combine(place.Root, "experiments", spec.Name, "experiment.yaml");
        if (File.Exists(owner) && !File.ReadAllBytes(owner).AsSpan().SequenceEqual(File.ReadAllBytes(spec.File)))
            throw new UsageException(
                $"{spec.File}: it has the name of {Path.GetRelativePath(Directory.GetCurrentDirectory(), owner)}, "
                    + $"and so its results",
                "give it a name: of its own, or the results a folder with --out"
            );
        return new(Path.Combine(place.Root, "results", spec.Name));
    }
}
