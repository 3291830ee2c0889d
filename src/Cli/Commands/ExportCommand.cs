using System.CommandLine;
using Bench.Cli.Execution;
using Bench.Lab.Checkpoints;
using Bench.Protocol.Reading;
using Bench.Report.Page;

namespace Bench.Cli.Commands;

/// <summary>bench export: a model for other tools.</summary>
internal static class ExportCommand
{
    internal static Command Create()
    {
        var model = Arguments.Model();
        var tokenizer = Arguments.Tokenizer();
        var folder = new Option<string?>("--hf")
        {
            Description =
                "Write a folder in Hugging Face's layout: config.json, model.safetensors, the tokenizer's files.",
        };
        var onnx = new Option<string?>("--onnx")
        {
            Description = "Write a folder with an ONNX graph (onnx/model.onnx), config.json and the tokenizer's files.",
        };
        var pastless = new Option<bool>("--without-past")
        {
            Description = "A graph without past key values: simpler to run, and slower to write with.",
        };
        var int8 = new Option<bool>("--int8")
        {
            Description =
                "The graph's weights in 8 bits per channel (onnx/model_quantized.onnx): a quarter of the size, and "
                + "answers that may differ.",
        };
        var command = new Command("export", "Write a model as a Hugging Face folder or an ONNX graph.")
        {
            model,
            tokenizer,
            folder,
            onnx,
            pastless,
            int8,
        };
        command.SetAction(parsed =>
            Export(
                parsed.GetValue(model)!,
                parsed.GetValue(tokenizer),
                parsed.GetValue(folder),
                parsed.GetValue(onnx),
                !parsed.GetValue(pastless),
                parsed.GetValue(int8)
            )
        );
        return command;
    }

    private static int Export(string named, string? tokenizerFile, string? folder, string? onnx, bool past, bool int8)
    {
        if (int8 && onnx is null)
            throw new UsageException("--int8 is a form of an ONNX graph", "give --onnx DIR with it");
        if (folder is null && onnx is null)
            throw new UsageException("no format is given", "give --hf DIR, --onnx DIR, or both");
        var (model, tokenizer) = ModelNames.LoadWeights(named, tokenizerFile);
        using var owned = model;
        // A model of an experiment takes its lineage with it.
        var card = ModelNames.Run(named) is { } run
            ? ModelCard.Of(run.Plan, run.Unit, Workplace.Current.Code().Commit)
            : null;
        foreach (var made in new[] { folder, onnx }.OfType<string>().Where(_ => card is not null))
            File.WriteAllText(Path.Combine(Made(made), "README.md"), card);
        if (folder is not null)
        {
            ModelFolder.Save(Made(folder), model, tokenizer);
            Console.WriteLine($"{folder}: weights, configuration and tokenizer");
        }

        if (onnx is not null)
        {
            var graph = OnnxExport.Save(Made(onnx), model, tokenizer, past, int8);
            Console.WriteLine(
                $"{onnx}: {graph} (operators of ONNX's opset {OnnxExport.OperatorSet}), configuration and tokenizer"
            );
        }

        return ExitCodes.Done;
    }

    private static string Made(string folder)
    {
        try
        {
            return Directory.CreateDirectory(folder).FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException(
                $"{folder}: cannot be written ({error.Message.ReplaceLineEndings(" ")})",
                "choose another folder"
            );
        }
    }
}
