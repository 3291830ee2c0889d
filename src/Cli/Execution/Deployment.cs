using Bench.Lab.Checkpoints;
using Bench.Lab.Measurement;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.UnitExecution;
using Bench.Protocol.Ledger;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Units;

namespace Bench.Cli.Execution;

/// <summary>
/// Measures in use what an experiment made, where it asks for that: its teachers with weights and the students of the largest budget, in every format, one after the other so that nothing disturbs the clock. What stands in
/// use.csv from the same processor is not measured again; what another one measured is replaced model by model.
/// </summary>
internal static class Deployment
{
    /// <param name="plan">The plan.</param>
    /// <param name="results">Its results, which hold what ended well.</param>
    /// <param name="files">Its teachers' files.</param>
    /// <param name="code">The code that measures.</param>
    /// <param name="command">Where the experiment stands as it was when the run began.</param>
    /// <param name="board">Says what is measured, and what could not be.</param>
    /// <param name="cancel">Stops it; what was measured is kept.</param>
    /// <returns>How many models could not be measured.</returns>
    internal static int Run(Plan plan, ResultsFolder results, CheckpointFiles files, CodeVersion code, WorkerCommandLine command, IBoard board, CancellationToken cancel)
    {
        if (plan.Spec.Use is not { } deployment) return 0;
        var recorded = results.Read().Runs.Where(run => run.Status == "ok").Select(run => run.Run).ToHashSet(StringComparer.Ordinal);
        var units = plan.Runs.Where(unit => recorded.Contains(unit.Run!) && (unit is TeacherUnit { Teacher.HasWeights: true } || (unit is StudentUnit { Budget: { } budget } && budget.Amount == plan.Spec.Budgets[^1].Amount))).ToArray();
        var (processor, failed) = (MachineManifest.Cpu(), 0);
        var wanted = units.Select(unit => unit.Run!).ToHashSet(StringComparer.Ordinal);
        var uses = results.ReadTable<UseRow>(UseRow.File).Where(row => wanted.Contains(row.Run)).ToDictionary(row => (row.Run, row.Format));
        var items = results.ReadTable<UseItemRow>(UseItemRow.File).Where(row => uses.ContainsKey((row.Run, row.Format))).ToLookup(row => (row.Run, row.Format)).ToDictionary(group => group.Key, group => group.ToArray());
        bool Stands(string run, string format) => uses.TryGetValue((run, format), out var row) && row.Processor == processor;
        try
        {
            foreach (var unit in units.Where(unit => !ModelUse.Formats.All(format => Stands(unit.Run!, format))))
            {
                board.Say($"measuring in use: {unit.Label}");
                try
                {
                    var (found, tokenizer) = ModelNames.Of(unit, files);
                    using var model = (Decoder)found;
                    foreach (var format in ModelUse.Formats.Where(format => !Stands(unit.Run!, format)))
                    {
                        cancel.ThrowIfCancellationRequested();
                        var measured = UseMeasurement.Of(format, model, tokenizer, deployment.Tokens, command.After, cancel);
                        double Joules(double rate) => plan.Spec.Prices.EstimatedEnergy(new Seconds(1000 / rate)).Value;
                        uses[(unit.Run!, format)] = new UseRow(
                            unit.Run!, format, measured.Bytes, measured.Use.FirstTokenSeconds, measured.Use.TokensPerSecond, measured.Use.TokensPerSecond16, measured.PeakBytes,
                            Joules(measured.Use.TokensPerSecond), Joules(measured.Use.TokensPerSecond16), processor, code.Commit, code.Dirty);
                        items[(unit.Run!, format)] = [.. measured.Scores.SelectMany(score => score.Items.Select((value, item) => new UseItemRow(unit.Run!, format, score.Task, score.Metric, item, value)))];
                    }
                }
                catch (Exception error) when (error is LabException or SpecException or IOException)
                {
                    // What else was measured and trained is reported all the same; what another processor measured of it stays.
                    failed++;
                    board.Say($"not measured in use: {unit.Label}: {error.Message}");
                }
            }
        }
        finally
        {
            // What was measured until someone stopped it is kept. In the order of the plan, whatever was measured first.
            var order = units.SelectMany(unit => ModelUse.Formats.Select(format => (unit.Run!, format))).Where(uses.ContainsKey).ToArray();
            results.WriteTable(UseItemRow.File, order.SelectMany(key => items.GetValueOrDefault(key, [])));
            results.WriteTable(UseRow.File, order.Select(key => uses[key]));
        }

        return failed;
    }
}
