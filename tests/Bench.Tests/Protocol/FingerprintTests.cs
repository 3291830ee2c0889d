using System.Security.Cryptography;
using System.Text;
using Bench.Lab.Checkpoints;
using Bench.Protocol.Ledger;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Specs.Sections;

namespace Bench.Tests.Protocol;

/// <summary>Fingerprints depend on what an experiment file says, and on no name in the code.</summary>
public sealed class FingerprintTests
{
    public static TheoryData<string> Committed() =>
        [
            .. Directory
                .EnumerateFiles(
                    Path.Combine(Repository.Root, "experiments"),
                    "experiment.yaml",
                    SearchOption.AllDirectories
                )
                .Select(file => Path.GetFileName(Path.GetDirectoryName(file)!))
                .Order(StringComparer.Ordinal),
        ];

    private static string FileOf(string experiment) =>
        Path.Combine(Repository.Root, "experiments", experiment, "experiment.yaml");

    /// <summary>
    /// A difference disowns every committed run of the experiment and everything in a user's store. Where it is meant,
    /// write the goldens anew, raise Fingerprint.Algorithm, and make the results again.
    /// </summary>
    [Fact]
    public void Fingerprints_of_the_committed_experiments_are_golden()
    {
        var table = new StringBuilder("experiment,units,sha256\n");
        foreach (var row in Committed())
        {
            var units = Planner.Make(ExperimentFile.Load(FileOf(row.Data)), new StandInFiles()).Units;
            var all = string.Join('\n', units.Select(unit => unit.Fingerprint.Text));
            table.Append(
                $"{row.Data},{units.Count},{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))}\n"
            );
        }

        Golden.Check("fingerprints.csv", table.ToString());
    }

    [Theory]
    [MemberData(nameof(Committed))]
    public void Committed_rows_belong_to_units_of_the_plan(string experiment)
    {
        var results = new ResultsFolder(Path.Combine(Repository.Root, "results", experiment));
        Assert.SkipUnless(
            results.ReadManifest() is { Data.Count: 0 },
            "has no results, or results that depend on data"
        );
        using var web = new HttpClient();
        var files = new CheckpointFiles([Path.GetDirectoryName(FileOf(experiment))!], "/nowhere", web);
        var plan = Planner.Make(ExperimentFile.Load(FileOf(experiment)), files);
        Assert.Empty(results.Read().Runs.Select(row => row.Run).Except(plan.Runs.Select(unit => unit.Run)));
        Assert.Equal(
            plan.Teachers.ToDictionary(unit => unit.Run, unit => unit.Fingerprint.Text),
            results.ReadManifest()!.TeacherUnits
        );
    }

    [Fact]
    public void What_is_absent_and_what_is_off_changes_nothing() =>
        Assert.Equal(
            Fingerprint.Of("unit", new() { { "width", 64 } }),
            Fingerprint.Of(
                "unit",
                new()
                {
                    { "bias", false },
                    { "context", (long?)null },
                    { "model", (Inputs?)null },
                    { "width", 64 },
                }
            )
        );

    [Fact]
    public void Neither_the_order_of_inputs_nor_where_they_are_split_can_be_confused()
    {
        Assert.Equal(
            Fingerprint.Of("unit", new() { { "a", 1 }, { "b", 2 } }),
            Fingerprint.Of("unit", new() { { "b", 2 }, { "a", 1 } })
        );
        Inputs[] different =
        [
            new() { { "a", "1\",\"b" } },
            new() { { "a", 1 }, { "b", 2 } },
            new() { { "a", "12" } },
            new() { { "a", new[] { "1", "2" } } },
            new() { { "a", new[] { "12" } } },
            new()
            {
                {
                    "a",
                    new Inputs { { "a", 1 } }
                },
            },
        ];
        Assert.Equal(different.Length, different.Select(inputs => Fingerprint.Of("unit", inputs)).Distinct().Count());
    }

    /// <summary>Files that are nowhere, of one shape and with one hash.</summary>
    private sealed class StandInFiles : ICheckpointFiles
    {
        private static readonly ModelShape Shape = new()
        {
            Layers = 24,
            Width = 64,
            Heads = 4,
            KeyValueHeads = 4,
            HeadWidth = 16,
            FeedForward = 172,
            Vocabulary = 512,
        };

        public (ModelShape Shape, string Hash) Describe(TeacherSpec teacher) => (Shape, "teacher");

        public (ModelShape Shape, string Hash) Describe(FileReference weights) => (Shape, "weights");

        public ModelShape ShapeOf(FileReference configuration) => throw new InvalidOperationException("no files");

        public (int Size, string Hash) DescribeTokenizer(FileReference tokenizer) => (512, "tokenizer");

        public string HashOf(FileReference file) => "file";
    }
}
