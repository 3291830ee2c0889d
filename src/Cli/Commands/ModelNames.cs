using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;

namespace Bench.Cli.Commands;

/// <summary>Finds the model that a person means.</summary>
internal static class ModelNames
{
    /// <summary>
    /// Loads a folder, a llama2.c file with its tokenizer, or a run of an experiment: <c>quickstart/teacher</c>, or <c>quickstart/RUN</c> with the run
    /// as runs.csv names it.
    /// </summary>
    internal static (Decoder Model, ITokenizer Tokenizer) Load(string named, string? tokenizerFile)
    {
        try
        {
            return Find(named, tokenizerFile);
        }
        catch (Exception error) when (error is LabException or IOException)
        {
            throw new SpecException(null, error.Message.ReplaceLineEndings(" "), "");
        }
    }

    private static (Decoder Model, ITokenizer Tokenizer) Find(string named, string? tokenizerFile)
    {
        if (Directory.Exists(named)) return ModelFolder.Load(named, Compute.Cpu);
        if (File.Exists(named))
        {
            var model = Llama2cFile.Load(named, Compute.Cpu);
            return (model, Llama2cTokenizer.Load(tokenizerFile ?? TokenizerBeside(named), model.Shape.Vocabulary));
        }

        return named.LastIndexOf('/') is > 0 and var slash
            ? FromRun(named[..slash], named[(slash + 1)..])
            : throw new SpecException(null, $"there is no model '{named}'", "give a folder, a .bin file, or experiment/run");
    }

    private static string TokenizerBeside(string model)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(model))!;
        return Directory.EnumerateFiles(folder, "tok*.bin").Order(StringComparer.Ordinal).FirstOrDefault()
            ?? throw new SpecException(null, $"there is no tokenizer (tok*.bin) beside {model}", "give one with --tokenizer");
    }

    private static (Decoder Model, ITokenizer Tokenizer) FromRun(string experiment, string run)
    {
        var place = Workplace.Current;
        var file = place.ExperimentFile(experiment);
        var files = place.Files(file);
        var plan = Planner.Make(ExperimentFile.Load(file), files);
        var unit = plan.Runs.FirstOrDefault(unit => unit.Run == run)
            ?? throw new SpecException(null, $"experiment '{experiment}' has no run '{run}'", "runs.csv names them; the teacher's is 'teacher'");
        if (unit is TeacherUnit { Teacher.Checkpoint: { } checkpoint }) return files.Load(checkpoint, Compute.Cpu);
        return place.Store.Find(unit.Fingerprint.Text) is { } entry
            ? ModelFolder.Load(Path.Combine(entry, ModelFolder.NameInStore), Compute.Cpu)
            : throw new SpecException(null, $"the weights of {unit.Label} are not in the store {place.Store.Root}", $"bench run {experiment} makes them");
    }
}
