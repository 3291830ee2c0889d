using System.IO.Compression;
using System.Text.Json;
using Bench.Lab.Checkpoints;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Evaluation;

/// <summary>The problems of tasks: drawn by a program, or read from a benchmark's files.</summary>
internal sealed class ProblemBank(CheckpointFiles files)
{
    /// <summary>
    /// Distinct problems of a split, in an order that the seed decides: as many as are asked for, or as there are to
    /// learn from.
    /// </summary>
    /// <exception cref="LabException">A file is missing or wrong, or has fewer problems than are to be measured
    /// on.</exception>
    internal IReadOnlyList<Problem> Of(SolvableTask task, Split split, int count, Seed seed)
    {
        if (task is not BenchmarkTask benchmark)
            return ProblemSets.Draw((ProceduralTask)task, split, count, seed);
        var file =
            split == Split.Test
                ? benchmark.TestFile
                : benchmark.TrainingFile
                    ?? throw new LabException($"{benchmark.TestFile.Path} has nothing to learn from");
        var chosen = BenchmarkTask.Choose(Read(benchmark, files.Locate(file)), split, count, seed);
        return chosen.Count == count || split == Split.Train
            ? chosen
            : throw new LabException(
                $"{file.Path}: {chosen.Count} problems to measure on, and {count} were asked for; lower items"
            );
    }

    /// <summary>
    /// The training problems of benchmarks by their prompts, with the instruction and without; null where no task is a
    /// benchmark with anything to learn from.
    /// </summary>
    internal IReadOnlyDictionary<string, Problem>? Known(IEnumerable<ITask> tasks, Seed seed)
    {
        var benchmarks = tasks.OfType<BenchmarkTask>().Where(task => task.HasTraining).ToArray();
        if (benchmarks.Length == 0)
            return null;
        var known = new Dictionary<string, Problem>(StringComparer.Ordinal);
        foreach (var task in benchmarks)
        foreach (var problem in Of(task, Split.Train, int.MaxValue, seed))
            known[problem.Prompt] = known[task.QuestionOf(problem)] = problem;
        return known;
    }

    private static IReadOnlyList<Problem> Read(BenchmarkTask task, string path)
    {
        using var stream = File.OpenRead(path);
        // A packed file says so in its first two bytes.
        var packed = stream.ReadByte() == 0x1F && stream.ReadByte() == 0x8B;
        stream.Position = 0;
        using Stream plain = packed ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        using var reader = new StreamReader(plain);
        var problems = new List<Problem>();
        try
        {
            while (reader.ReadLine() is { } line)
            {
                if (line.Length == 0)
                    continue;
                using var document = JsonDocument.Parse(line);
                problems.Add(task.Read(document.RootElement));
            }
        }
        catch (Exception error)
            when (error
                    is JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
                        or InvalidDataException
            )
        {
            throw new LabException(
                $"{path}:{problems.Count + 1}: no problem of this benchmark ({error.Message.ReplaceLineEndings(" ")})"
            );
        }

        return problems;
    }
}
