using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs.Sections;

namespace Bench.Cli.Execution;

/// <summary>Finds the model that a person means.</summary>
internal static class ModelNames
{
    /// <summary>
    /// Loads a folder, a llama2.c file with its tokenizer, or a run of an experiment: <c>quickstart/teacher</c>, or
    /// <c>quickstart/RUN</c> with the run as runs.csv names it.
    /// </summary>
    /// <param name="named">The person's name for it.</param>
    /// <param name="tokenizerFile">The tokenizer of a llama2.c file, where it is not beside it.</param>
    /// <returns>A folder's tokenizer is null where it has none: then tokens are given by their numbers.</returns>
    internal static (ILanguageModel Model, ITokenizer? Tokenizer) Load(string named, string? tokenizerFile = null)
    {
        var found = Spoken(() => Find(named, tokenizerFile));
        (found.Model as Decoder)?.Freeze();
        return found;
    }

    /// <summary>Loads a model that is weights, not a graph, with its tokenizer.</summary>
    internal static (Decoder Model, ITokenizer Tokenizer) LoadWeights(string named, string? tokenizerFile)
    {
        var (model, tokenizer) = Load(named, tokenizerFile);
        if (model is Decoder decoder)
            return (decoder, tokenizer ?? throw Tokenless(named));
        model.Dispose();
        throw new UsageException($"{named} is a graph already", "give a model with weights");
    }

    /// <summary>The chat template of a model's folder; null where there is none.</summary>
    internal static ChatTemplate? Template(string named) =>
        Spoken(() => Directory.Exists(named) && ChatTemplate.IsIn(named) ? ChatTemplate.Load(named) : null);

    /// <summary>Loads the tokenizer alone: of a tokenizer.json, of a folder, of a llama2.c file.</summary>
    internal static ITokenizer LoadTokenizer(string named) =>
        Spoken<ITokenizer>(() =>
        {
            if (File.Exists(named))
                return named.EndsWith(".bin", StringComparison.Ordinal)
                    ? Llama2cTokenizer.Load(TokenizerBeside(named), Llama2cFile.Shape(named).Vocabulary)
                    : HuggingFaceTokenizer.Load(named);
            // A folder may hold a tokenizer and no model.
            if (Directory.Exists(named) && File.Exists(Path.Combine(named, "tokenizer.json")))
                return HuggingFaceTokenizer.Load(named);
            if (Directory.Exists(named) && !File.Exists(Path.Combine(named, "config.json")))
                throw Tokenless(named);
            var (model, tokenizer) = Find(named, null);
            model.Dispose();
            return tokenizer ?? throw Tokenless(named);
        });

    /// <summary>The tokenizer that text needs.</summary>
    internal static ITokenizer Needed(ITokenizer? tokenizer, string named) =>
        tokenizer
        ?? throw new UsageException(
            $"{named} has no tokenizer",
            "put its tokenizer.json beside it, or give tokens with --token-ids"
        );

    private static SpecException Tokenless(string named) =>
        new(null, $"{named} has no tokenizer", "put its tokenizer.json beside it");

    private static T Spoken<T>(Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception error) when (error is LabException or IOException)
        {
            throw new UsageException(error.Message.ReplaceLineEndings(" "), "");
        }
    }

    private static (ILanguageModel Model, ITokenizer? Tokenizer) Find(string named, string? tokenizerFile)
    {
        if (OnnxFolder.IsOne(named) && (File.Exists(named) || !ModelFolder.HasWeights(named)))
            return (OnnxFolder.Load(named), OnnxFolder.FindTokenizer(named));
        if (Directory.Exists(named))
            return (
                ModelFolder.LoadModel(named, Compute.Cpu),
                ModelFolder.FindTokenizer(named, ModelFolder.Shape(named))
            );
        if (File.Exists(named))
        {
            var model = Llama2cFile.Load(named, Compute.Cpu);
            return (model, Llama2cTokenizer.Load(tokenizerFile ?? TokenizerBeside(named), model.Shape.Vocabulary));
        }

        return Run(named) is { } run
            ? Of(run.Unit, run.Files)
            : throw new UsageException($"there is no model '{named}'", "give a folder, a .bin file, or experiment/run");
    }

    private static string TokenizerBeside(string model)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(model))!;
        return Directory.EnumerateFiles(folder, "tok*.bin").Order(StringComparer.Ordinal).FirstOrDefault()
            ?? throw new UsageException(
                $"there is no tokenizer (tok*.bin) beside {model}",
                "give one with --tokenizer"
            );
    }

    /// <summary>
    /// The run that a person means by experiment/run, and its plan; null where a file or a folder is meant.
    /// </summary>
    internal static (Plan Plan, UnitOfWork Unit, CheckpointFiles Files)? Run(string named)
    {
        if (Path.Exists(named) || named.LastIndexOf('/') is not (> 0 and var slash))
            return null;
        var (experiment, run) = (named[..slash], named[(slash + 1)..]);
        // The part before the slash may be a folder that is not here, or not an experiment's.
        if (Workplace.Current.FindExperiment(experiment) is not { } file)
            return null;
        var files = Workplace.Current.Files(file);
        var plan = Planner.Make(ExperimentFile.Load(file), files);
        var unit =
            plan.Runs.FirstOrDefault(unit => unit.Run == run)
            ?? throw new UsageException(
                $"experiment '{experiment}' has no run '{run}'",
                $"runs.csv names them; its teachers are "
                    + $"{string.Join(", ", plan.Runs.OfType<TeacherUnit>().Select(teacher => teacher.Run))}"
            );
        return (plan, unit, files);
    }

    /// <summary>The model that a unit made, or that a teacher is.</summary>
    internal static (ILanguageModel Model, ITokenizer Tokenizer) Of(UnitOfWork unit, CheckpointFiles files)
    {
        var place = Workplace.Current;
        if (unit is TeacherUnit { Teacher: { } teacher })
        {
            if (teacher.Checkpoint is not null || teacher.Onnx is not null)
                return files.Load(teacher, Compute.Cpu);
            if (!teacher.IsLocal)
                throw new UsageException($"{unit.Label} has no weights here", "choose another run");
        }

        return place.Store.Find(unit.Fingerprint.Text) is { } entry
            ? InStore(Path.Combine(entry, ModelFolder.NameInStore))
            : throw new UsageException(
                $"the weights of {unit.Label} are not in the store {place.Store.Root}",
                "bench run of the experiment makes them"
            );
    }

    private static (ILanguageModel Model, ITokenizer Tokenizer) InStore(string folder) =>
        ModelFolder.HasWeights(folder)
            ? ModelFolder.Load(folder, Compute.Cpu)
            : (OnnxFolder.Load(folder), OnnxFolder.FindTokenizer(folder)!);
}
