using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Bench.Protocol.Costs;
using Bench.Protocol.Licences;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Spectre.Console;

namespace Bench.Cli.Commands;

/// <summary>bench plan: every unit with its predicted cost; trains and asks nothing.</summary>
internal static class PlanCommand
{
    internal static Command Create()
    {
        var experiment = Arguments.Experiment();
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("plan", "List every unit of work with its predicted cost; trains and asks nothing.") { experiment, json };
        command.SetAction(parsed => Show(parsed.GetValue(experiment)!, parsed.GetValue(json)));
        return command;
    }

    private static int Show(string named, bool json)
    {
        var place = Workplace.Current;
        var file = place.ExperimentFile(named);
        var files = place.Files(file);
        var plan = Planner.Make(ExperimentFile.Load(file), files);
        if (json) PrintJson(plan);
        else PrintTable(plan);
        foreach (var missing in files.Missing) Console.Error.WriteLine($"bench: {missing.Place}: '{missing.Path}' is not here; it is planned from its configuration {missing.Config}, and cannot be run");
        return ExitCodes.Done;
    }

    private static void PrintTable(Plan plan)
    {
        var prices = plan.Spec.Prices;
        var table = new Table().Border(TableBorder.Simple).AddColumns("unit", "FLOPs", "seconds", "MiB", "USD");
        foreach (var column in table.Columns.Skip(1)) column.RightAligned();
        foreach (var unit in plan.Units)
        {
            var own = Own(unit);
            table.AddRow(
                Markup.Escape(unit.Label), Number(own.Sum(charge => charge.Flops.Value), "0.00e0"), Number(unit.Prediction.Seconds.Value, "0.0"),
                Number(unit.Prediction.PeakBytes / 1048576.0, "0"), Number(own.Sum(charge => prices.Cost(charge.Flops).Value), "0.00e0"));
        }

        AnsiConsole.Write(table);
        foreach (var group in Runs(plan).GroupBy(charge => charge.Kind).OrderBy(group => group.Key))
            Console.WriteLine($"{Charge.NameOf(group.Key),-20} {Number(group.Sum(charge => charge.Flops.Value), "0.000e0")} FLOPs charged to runs");
        Console.WriteLine($"{"total",-20} {Number(Runs(plan).Sum(charge => charge.Flops.Value), "0.000e0")} FLOPs charged to runs");
        var work = plan.Units.SelectMany(Own).ToArray();
        Console.WriteLine($"{"all units, once each",-20} {Number(work.Sum(charge => charge.Flops.Value), "0.000e0")} FLOPs, {Number(work.Sum(charge => charge.Seconds.Value) / 3600, "0.00")} hours one after the other, {Number(work.Sum(charge => prices.Cost(charge.Flops).Value), "0.00")} dollars");
        Console.WriteLine("what runs share is charged to each that uses it; done it is once");
        foreach (var teacher in plan.Spec.Teachers) Console.WriteLine($"licence of teacher {teacher.Name}: {LicenceGate.Inherited(teacher)}; it may be distilled");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seconds assume {CostModel.RateOf(plan.Spec) / 1e9:0} GFLOP/s a process; dollars are {prices.Name}'s"));
    }

    private static void PrintJson(Plan plan) => Console.WriteLine(JsonSerializer.Serialize(new
    {
        experiment = plan.Spec.Name,
        licences = plan.Spec.Teachers.Select(teacher => new { teacher = teacher.Name, name = teacher.Licence, inherited = LicenceGate.Inherited(teacher), verdict = "may be distilled" }),
        units = plan.Units.Select(unit => new
        {
            unit = unit.Fingerprint.Short,
            label = unit.Label,
            charges = unit.Prediction.Charges.Select(charge => new { kind = Charge.NameOf(charge.Kind), tokens = charge.Tokens, flops = charge.Flops.Value }),
            seconds = unit.Prediction.Seconds.Value,
            peak_bytes = unit.Prediction.PeakBytes,
            usd = plan.Spec.Prices.Cost(unit.Prediction.Flops).Value,
        }),
        charged_to_runs = Runs(plan).GroupBy(charge => charge.Kind).ToDictionary(group => Charge.NameOf(group.Key), group => group.Sum(charge => charge.Flops.Value)),
        total_flops = Runs(plan).Sum(charge => charge.Flops.Value),
    }));

    // A student is charged for its part of the teacher's work, but that work is another unit's.
    private static Charge[] Own(UnitOfWork unit) => unit is TrainingUnit
        ? [.. unit.Prediction.Charges.Where(charge => charge.Seconds.Value > 0)]
        : [.. unit.Prediction.Charges];

    private static IEnumerable<Charge> Runs(Plan plan) => plan.Runs.SelectMany(unit => unit.Prediction.Charges);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
