using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Bench.Lab.Measurement;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Specs.Sections;

namespace Bench.Cli.Execution;

/// <summary>What using a model in a format takes, measured in a process that does nothing else.</summary>
/// <param name="Bytes">Of weights and graph.</param>
/// <param name="Use">How fast it writes.</param>
/// <param name="PeakBytes">The most memory of the process before items were answered.</param>
/// <param name="Scores">Of an experiment's held-out items; none where no experiment is named.</param>
internal sealed record UseMeasurement(long Bytes, ModelUse Use, long PeakBytes, IReadOnlyList<TaskScores> Scores)
{
    /// <summary>The option of the measuring process.</summary>
    internal const string Alone = "--alone";

    /// <summary>Writes a model in a format into a temporary folder and measures it there.</summary>
    /// <param name="format">One of <see cref="ModelUse.Formats"/>.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="tokens">New tokens of each timed response.</param>
    /// <param name="experiment">The words that name the experiment whose items it answers, as workers get them; none for no items.</param>
    /// <param name="cancel">Ends the measuring process.</param>
    /// <exception cref="LabException">It could not be measured.</exception>
    internal static UseMeasurement Of(string format, Decoder model, ITokenizer tokenizer, int tokens, IReadOnlyList<string> experiment, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("bench-use-").FullName;
        try
        {
            var (path, bytes) = ModelUse.Write(format, folder, model, tokenizer);
            string[] words = [typeof(UseMeasurement).Assembly.Location, "measure", path, Alone, "--tokens", tokens.ToString(CultureInfo.InvariantCulture), .. experiment];
            var start = new ProcessStartInfo(Environment.ProcessPath!, words) { RedirectStandardOutput = true, RedirectStandardError = true };
            (start.Environment["OMP_NUM_THREADS"], start.Environment["MKL_NUM_THREADS"]) = ("1", "1");
            using var process = Process.Start(start) ?? throw new IOException("cannot start a measuring process");
            using var stop = cancel.Register(() => process.Kill(entireProcessTree: true));
            var complaints = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            cancel.ThrowIfCancellationRequested();
            if (WorkerProcess.Problem(process.ExitCode, complaints.Result) is { } problem) throw new LabException($"{format} could not be measured: {problem}");
            return JsonSerializer.Deserialize<UseMeasurement>(output)! with { Bytes = bytes };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Measures a model in this process, and prints what <see cref="Of"/> reads.</summary>
    internal static void Print(ILanguageModel model, ITokenizer? tokenizer, int tokens, string? snapshot, string? experiment)
    {
        var use = ModelUse.Measure(model, tokens, TimeProvider.System);
        using var process = Process.GetCurrentProcess();
        var peak = process.PeakWorkingSet64;
        var scores = snapshot is null || experiment is null ? [] : ModelUse.Solve(ExperimentFile.Load(snapshot), Workplace.Current.Files(experiment), model, tokenizer!, TimeProvider.System);
        Console.WriteLine(JsonSerializer.Serialize(new UseMeasurement(0, use, peak, scores)));
    }
}
