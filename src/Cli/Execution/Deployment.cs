using Bench.Cli.Commands;
using Bench.Cli.Display;
using Bench.Lab.Evaluation;
using Bench.Lab.Models;
using Bench.Lab.Runs;
using Bench.Lab.Teachers;
using Bench.Protocol.Ledger;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Cli.Execution;

/// <summary>
/// Measures in use what an experiment made, where it asks for that: its teachers and the students of the largest budget, in every format, one after the other so that nothing disturbs the clock. What stands in
/// use.csv from the same processor is not measured again.
/// </summary>
internal static class Deployment
{
    internal static void Run(Plan plan, ResultsFolder results, TeacherFiles files, CodeVersion code, string experiment, IBoard board, CancellationToken cancel)
    {
        if (plan.Spec.Deployment is not { } deployment) return;
        var recorded = results.Read().Runs.Where(run => run.Status == "ok").Select(run => run.Run).ToHashSet(StringComparer.Ordinal);
        var units = plan.Runs.Where(unit => recorded.Contains(unit.Run!) && (unit is TeacherUnit { Teacher.IsLocal: true } || (unit is StudentUnit { Budget: { } budget } && budget.Amount == plan.Spec.Budgets[^1].Amount))).ToArray();
        var (processor, wanted) = (ManifestOf.Cpu(), units.Select(unit => unit.Run!).ToHashSet(StringComparer.Ordinal));
        var uses = results.ReadTable<UseRow>(UseRow.File).Where(row => wanted.Contains(row.Run) && row.Processor == processor).ToList();
        var items = results.ReadTable<UseItemRow>(UseItemRow.File).Where(row => uses.Any(use => use.Run == row.Run && use.Format == row.Format)).ToList();
        var known = uses.Select(use => (use.Run, use.Format)).ToHashSet();
        try
        {
            foreach (var unit in units.Where(unit => ModelUse.Formats.Any(format => !known.Contains((unit.Run!, format)))))
            {
                cancel.ThrowIfCancellationRequested();
                board.Say($"measuring in use: {unit.Label}");
                var (found, tokenizer) = ModelNames.Of(unit, files);
                using var model = found as Decoder ?? throw new SpecException(null, $"{unit.Label} has no weights to export", "deployment measures models that were trained here or are checkpoints");
                foreach (var format in ModelUse.Formats.Where(format => !known.Contains((unit.Run!, format))))
                {
                    var measured = UseMeasurement.Of(format, model, tokenizer, deployment.Tokens, experiment, cancel);
                    double Joules(double rate) => plan.Spec.Prices.EstimatedEnergy(new Seconds(1000 / rate)).Value;
                    uses.Add(new UseRow(
                        unit.Run!, format, measured.Bytes, measured.Use.FirstTokenSeconds, measured.Use.TokensPerSecond, measured.Use.TokensPerSecond16, measured.PeakBytes,
                        Joules(measured.Use.TokensPerSecond), Joules(measured.Use.TokensPerSecond16), processor, code.Commit, code.Dirty));
                    items.AddRange(measured.Scores.SelectMany(score => score.Items.Select((value, item) => new UseItemRow(unit.Run!, format, score.Task, score.Metric, item, value))));
                }
            }
        }
        finally
        {
            // What was measured until someone stopped it is kept.
            results.WriteTable(UseItemRow.File, items);
            results.WriteTable(UseRow.File, uses);
        }
    }
}
