using System.Security.Cryptography;
using System.Text;
using Bench.Protocol.Reading;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Bench.Protocol.Specs;

/// <summary>Reads an experiment.yaml. Everything that can be refused without running is refused here, with its place.</summary>
public static class ExperimentFile
{
    private const long LargestFile = 1 << 20;
    private const int DeepestNesting = 32;

    /// <summary>Reads the experiment in a file.</summary>
    /// <exception cref="SpecException">The file is absent, unreadable, or not a valid experiment.</exception>
    public static ExperimentSpec Load(string path)
    {
        if (!File.Exists(path)) throw new SpecException(null, $"there is no experiment at {path}", "give a folder under experiments/ or a path to an experiment.yaml");
        if (new FileInfo(path).Length > LargestFile) throw new SpecException(new SourceLocation(path, 1, 1), "the file is over 1 MiB", "an experiment is a page of YAML");
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads the experiment in a file's bytes; <paramref name="file"/> is its name in messages.</summary>
    public static ExperimentSpec Parse(byte[] bytes, string file)
    {
        var root = SpecMapping.Of(file, Root(bytes, file), "the experiment");
        root.Integer("schema", null, ExperimentSpec.CurrentSchema, ExperimentSpec.CurrentSchema);
        var tasks = SpecSections.Tasks(root);
        var training = SpecSections.Optimiser(root.OptionalMapping("training"), new OptimiserSpec());
        var budgets = SpecSections.Budgets(root.Mapping("budgets", "say what is spent: budgets: { unit: student-flops, values: [...] }"));
        var methods = MethodSection.Read(root);
        var spec = new ExperimentSpec
        {
            File = file,
            FileHash = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Text = Encoding.UTF8.GetString(bytes),
            Name = root.Name("name", "give the experiment a name"),
            Question = root.Text("question", "state the question that the experiment answers"),
            Tasks = tasks,
            Teachers = TeacherSection.Read(root),
            Students = SpecSections.Students(root),
            Methods = methods,
            Budgets = budgets,
            As = SpecSections.As(root.OptionalMapping("as")),
            Laws = SpecSections.Laws(root.OptionalMapping("laws"), methods),
            BudgetsLocation = root.LocationOfKey("budgets"),
            Seeds = SpecSections.Seeds(root),
            Evaluation = SpecSections.Evaluation(root.OptionalMapping("evaluation")),
            Prompts = (int)root.Integer("prompts", 4000, 1, 10_000_000),
            Epochs = (int)root.Integer("epochs", 4, 1, 1_000_000),
            Training = training,
            Tuning = SpecSections.Tuning(root.OptionalMapping("tuning"), budgets),
            Boundary = SpecSections.Boundary(root),
            Prices = SpecSections.Prices(root.OptionalMapping("prices")),
            Threads = (int)root.Integer("threads", 1, 1, 1024),
            Resources = SpecSections.Resources(root.OptionalMapping("resources")),
            Deployment = SpecSections.Deployment(root.OptionalMapping("deployment"), tasks),
            Device = SpecSections.Device(root),
            Precision = root.Choice("precision", "f32", ["f32", "bf16"]),
        };
        root.Close();
        CrossChecks.Check(spec, root);
        return spec;
    }

    // The document model is read by recursion: what nests too deeply is refused before.
    private static void CheckDepth(byte[] bytes, string file)
    {
        using var reader = new StreamReader(new MemoryStream(bytes));
        var parser = new Parser(reader);
        for (var depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > DeepestNesting)
                throw new SpecException(new SourceLocation(file, (int)parser.Current.Start.Line, (int)parser.Current.Start.Column), "the file nests too deeply", "an experiment needs five levels");
        }
    }

    private static YamlNode Root(byte[] bytes, string file)
    {
        try
        {
            CheckDepth(bytes, file);
            var stream = new YamlStream();
            using var reader = new StreamReader(new MemoryStream(bytes));
            stream.Load(reader);
            return stream.Documents.Count == 1
                ? stream.Documents[0].RootNode
                : throw new SpecException(new SourceLocation(file, 1, 1), "the file is empty or holds several documents", "one experiment, one document");
        }
        catch (YamlException error)
        {
            var detail = (error.InnerException ?? error).Message.ReplaceLineEndings(" ");
            throw new SpecException(new SourceLocation(file, (int)error.Start.Line, (int)error.Start.Column), $"not valid YAML: {detail}", "");
        }
        catch (InvalidOperationException)
        {
            // The scanner gives up this way on some unfinished texts, and says no place.
            throw new SpecException(new SourceLocation(file, 1, 1), "not valid YAML", "look for a bracket that is not closed");
        }
    }
}
