using System.Security.Cryptography;
using System.Text;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs.Checks;
using Bench.Protocol.Tasks;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Bench.Protocol.Specs.Sections;

/// <summary>
/// Reads an experiment.yaml. Everything that can be refused without running is refused here, with its place.
/// </summary>
public static class ExperimentFile
{
    private const int LargestFile = 1 << 20;
    private const int DeepestNesting = 32;

    /// <summary>Reads the experiment in a file.</summary>
    /// <exception cref="SpecException">The file is absent, unreadable, or not a valid experiment.</exception>
    public static ExperimentSpec Load(string path)
    {
        if (!File.Exists(path))
            throw new UsageException(
                $"there is no experiment at {path}",
                "give a folder under experiments/ or a path to an experiment.yaml"
            );
        // Devices and pipes have no length: reading stops where a file would be too large.
        var bytes = new byte[LargestFile + 1];
        int count;
        using (var stream = File.OpenRead(path))
            count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return count <= LargestFile
            ? Parse(bytes[..count], path)
            : throw new SpecException(
                new SourceLocation(path, 1, 1),
                "the file is over 1 MiB",
                "an experiment is a page of YAML"
            );
    }

    /// <summary>Reads the experiment in a file's bytes; <paramref name="file"/> is its name in messages.</summary>
    /// <exception cref="SpecException">Everything that is wrong with it, as far as it can be read.</exception>
    public static ExperimentSpec Parse(byte[] bytes, string file)
    {
        var root = SpecMapping.Of(file, Root(bytes, file), "the experiment");
        var spec = root.Attempt(root.Read<ExperimentSpec>);
        var tasks = root.Attempt(() => TaskSection.Read(root)) ?? [];
        var budgets =
            root.Attempt(() =>
                BudgetSection.Read(
                    root.Mapping("budgets", "say what is spent: budgets: { unit: student-flops, values: [...] }")
                )
            ) ?? [];
        ModelShape Shape(SpecMapping section) => ModelSection.Read(section, Digits.Pixels, Digits.Classes);
        var teachers = root.Attempt(() => TeacherSection.Read(root, Shape)) ?? [];
        var students = root.Attempt(() => StudentSection.Read(root, Shape)) ?? [];
        var methods = root.Attempt(() => MethodSection.Read(root)) ?? [];
        var tuning =
            root.OptionalMapping("tuning") is { } section && budgets.Count > 0
                ? root.Attempt(() => TuningSpec.Read(section, budgets))
                : null;
        var boundary = root.Attempt(() => CostSection.Boundary(root));
        var prices = root.Attempt(() => CostSection.Prices(root.OptionalMapping("prices")));
        root.Close();
        root.ThrowNoted();
        spec = spec! with
        {
            File = file,
            FileHash = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Text = Encoding.UTF8.GetString(bytes),
            Tasks = tasks,
            Teachers = teachers,
            Students = students,
            Methods = methods,
            Budgets = budgets,
            BudgetsLocation = root.LocationOfKey("budgets"),
            Tuning = tuning,
            Boundary = boundary!,
            Prices = prices!,
        };
        AllChecks.Run(spec, root);
        return spec;
    }

    // The document model is read by recursion: what nests too deeply is refused before.
    private static void CheckDepth(byte[] bytes, string file)
    {
        using var reader = new StreamReader(new MemoryStream(bytes));
        var parser = new Parser(reader);
        for (var depth = 0; parser.MoveNext(); )
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > DeepestNesting)
                throw new SpecException(
                    new SourceLocation(file, (int)parser.Current.Start.Line, (int)parser.Current.Start.Column),
                    "the file nests too deeply",
                    "an experiment needs five levels"
                );
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
                : throw new SpecException(
                    new SourceLocation(file, 1, 1),
                    "the file is empty or holds several documents",
                    "one experiment, one document"
                );
        }
        catch (YamlException error)
        {
            var detail = (error.InnerException ?? error).Message.ReplaceLineEndings(" ");
            throw new SpecException(
                new SourceLocation(file, (int)error.Start.Line, (int)error.Start.Column),
                $"not valid YAML: {detail}",
                ""
            );
        }
        catch (InvalidOperationException)
        {
            // The scanner gives up this way on some unfinished texts, and says no place.
            throw new SpecException(
                new SourceLocation(file, 1, 1),
                "not valid YAML",
                "look for a bracket that is not closed"
            );
        }
    }
}
