using System.Diagnostics;
using System.Globalization;
using Bench.Lab.Checkpoints;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Claims;
using Bench.Protocol.Ledger;
using Bench.Protocol.Licences;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs.Sections;
using Bench.Report.Style;

namespace Bench.EndToEnd.Faults;

/// <summary>Whatever a file holds, what is said about it is one line, soon, and in little memory.</summary>
public sealed class MutationTests
{
    private const double LongestSeconds = 2;
    private const long MostBytes = 500_000_000;

    [Fact]
    public void Damaged_experiment_files_are_read_or_refused_in_one_line()
    {
        var originals = Directory
            .EnumerateFiles(
                Path.Combine(Repository.Root, "experiments"),
                "experiment.yaml",
                SearchOption.AllDirectories
            )
            .Order()
            .ToArray();
        using var web = new HttpClient();
        Try(
            "experiment files",
            Suite.Count(200, 2000),
            (i, random) =>
            {
                var file = originals[i % originals.Length];
                var bytes = Mutation.Of(File.ReadAllBytes(file), random);
                return () =>
                    Planner.Make(
                        ExperimentFile.Parse(bytes, file),
                        new CheckpointFiles(
                            [Path.GetDirectoryName(file)!],
                            Path.Combine(Path.GetTempPath(), "bench-no-downloads"),
                            web
                        )
                    );
            }
        );
    }

    [Fact]
    public void Damaged_checkpoints_tokenizers_and_tables_are_read_or_refused_in_one_line()
    {
        using var scratch = Repository.Scratch();
        var kinds = new List<(string File, Action<string> Read)>();
        foreach (var model in (string[])["llama3-tiny", "qwen2-tiny", "qwen3-tiny"])
        {
            var folder = Repository.DataOrSkip($"checkpoints/{model}");
            foreach (
                var file in Directory
                    .EnumerateFiles(folder)
                    .Where(file =>
                        Path.GetFileName(file) is "config.json" or "model.safetensors" or "model.safetensors.index.json"
                    )
            )
                kinds.Add((file, path => Loaded(Path.GetDirectoryName(path)!)));
        }

        foreach (
            var file in Directory
                .EnumerateFiles(Repository.DataOrSkip("checkpoints"), "tokenizer*.json", SearchOption.AllDirectories)
                .Where(file => new FileInfo(file).Length < 1 << 20)
        )
            kinds.Add(
                (
                    file,
                    path => HuggingFaceTokenizer.Load(Path.GetDirectoryName(path)!).Encode("It's 12 o'clock, señor 𝔸.")
                )
            );
        var stories = Repository.DataOrSkip("checkpoints/stories260k");
        foreach (var file in Directory.EnumerateFiles(stories, "*.bin"))
            kinds.Add(
                (
                    file,
                    path =>
                    {
                        if (Path.GetFileName(path).StartsWith("tok", StringComparison.Ordinal))
                            Llama2cTokenizer.Load(path, 512).Encode("Once upon a time");
                        else
                            Llama2cFile.Load(path, Compute.Cpu).Dispose();
                    }
                )
            );
        foreach (
            var file in Directory
                .EnumerateFiles(Path.Combine(Repository.Root, "results", "quickstart"), "*.csv*")
                .Append(Path.Combine(Repository.Root, "results", "quickstart", "manifest.json"))
                .ToArray()
        )
            kinds.Add(
                (
                    file,
                    path =>
                    {
                        var results = new ResultsFolder(Path.GetDirectoryName(path)!);
                        results.Read();
                        results.ReadManifest();
                    }
                )
            );
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "experiments", "claims"), "*.csv"))
            kinds.Add(
                (
                    file,
                    path =>
                    {
                        var folder = Path.GetDirectoryName(path)!;
                        var claims = ClaimTable.Read(Path.Combine(folder, "claims.csv"));
                        _ = ClaimChecker.Check(claims, Assumptions.Of(folder, claims));
                    }
                )
            );

        foreach (var folder in kinds.Select(kind => Path.GetDirectoryName(kind.File)!).Distinct())
        {
            var copy = Directory.CreateDirectory(scratch.File(Path.GetFileName(folder))).FullName;
            foreach (var file in Directory.EnumerateFiles(folder).Where(file => new FileInfo(file).Length < 64 << 20))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        Try(
            "checkpoints, tokenizers and tables",
            Suite.Count(150, 2000),
            (i, random) =>
            {
                var (original, read) = kinds[i % kinds.Count];
                var copy = Path.Combine(
                    scratch.File(Path.GetFileName(Path.GetDirectoryName(original)!)),
                    Path.GetFileName(original)
                );
                var damaged = Mutation.Of(File.ReadAllBytes(original), random);
                return () =>
                {
                    try
                    {
                        File.WriteAllBytes(copy, damaged);
                        read(copy);
                    }
                    finally
                    {
                        File.Copy(original, copy, overwrite: true);
                    }
                };
            }
        );
    }

    private static void Loaded(string folder)
    {
        var (model, _) = ModelFolder.Load(folder, Compute.Cpu);
        model.Dispose();
    }

    private static void Try(string what, int count, Func<int, Bench.Protocol.Seeds.RandomStream, Action> prepare)
    {
        var random = Suite.Random(what);
        var (refused, slowest, largest) = (0, 0.0, 0L);
        for (var i = 0; i < count; i++)
        {
            var read = prepare(i, random);
            // A busy machine can stop any one reading for seconds. A file is slow when every reading of it is.
            var best = double.MaxValue;
            for (var attempt = 0; attempt < 3 && best >= LongestSeconds; attempt++)
            {
                var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
                var isRefused = IsRefused(read, $"{what}, number {i}");
                best = Math.Min(best, clock.Elapsed.TotalSeconds);
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                largest = Math.Max(largest, allocated);
                Assert.True(allocated < MostBytes, $"{what}, number {i} allocated {allocated} bytes");
                if (isRefused && attempt == 0)
                    refused++;
            }

            slowest = Math.Max(slowest, best);
            Assert.True(best < LongestSeconds, $"{what}, number {i} took {best} s");
        }

        Suite.Tell(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{count} damaged {what}: {refused} refused in one line, {count - refused} read; the slowest took "
                    + $"{slowest:0.00} s, the largest {largest / 1e6:0} MB"
            )
        );
    }

    private static bool IsRefused(Action read, string which)
    {
        try
        {
            read();
            return false;
        }
        catch (Exception error)
            when (error is SpecException or UsageException or LedgerException or LabException or LicenceRefusedException
            )
        {
            Assert.DoesNotContain(TerminalText.OneLine(error.Message), char.IsControl);
            return true;
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{which}: {error}");
            throw;
        }
    }
}
