using System.Globalization;
using System.Text.Json;
using Bench.Protocol.Costs;
using Bench.Protocol.Ledger;
using Bench.Protocol.Licences;
using Bench.Protocol.Machines;
using Bench.Protocol.Plans;
using Bench.Report.Style;
using Spectre.Console;

namespace Bench.Cli.Display;

/// <summary>A plan as a table for people, or as JSON for programs.</summary>
internal sealed class PlanText(Plan plan, Forecast forecast)
{
    internal void PrintTable()
    {
        AnsiConsole.Write(ByUnit());
        AnsiConsole.Write(ByMethod());
        PrintTotals();
        if (forecast.Rates is { Process: null } rates)
            Console.Write(TextWrap.Wrapped(ByRates(rates), 78));
        Console.WriteLine("work that runs share is done once, and charged to each of them");
        foreach (var teacher in plan.Spec.Teachers)
            Console.WriteLine(
                $"licence of teacher {teacher.Name}: {LicenceGate.Inherited(teacher)}; it may be distilled"
            );
        foreach (var teacher in plan.Spec.Teachers.Where(teacher => teacher.IsElsewhere))
            Console.Write(
                TextWrap.Wrapped(
                    $"teacher {teacher.Name} works elsewhere: its writing and training are in no figure here; a run "
                        + $"charges them as ranges ({ElsewhereRow.File})"
                        + (
                            teacher.Elsewhere is null
                                ? ", narrower where elsewhere: says its parameters and engine"
                                : ""
                        ),
                    78
                )
            );
        Console.WriteLine($"seconds {SecondsAre()}; dollars are {plan.Spec.Prices.Name}'s");
    }

    private Table ByUnit()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("unit", "FLOPs", "seconds", "MiB", "USD");
        foreach (var column in table.Columns.Skip(1))
            column.RightAligned();
        foreach (var unit in plan.Units)
        {
            var own = Own(unit);
            table.AddRow(
                Markup.Escape(unit.Label),
                Number(own.Sum(charge => charge.Flops.Value), "0.00e0"),
                Number(forecast.Of(unit).Value, "0.0"),
                Number(unit.Prediction.PeakBytes / 1048576.0, "0"),
                Number(plan.Spec.Prices.Cost(own).Value, "0.00e0")
            );
        }
        return table;
    }

    private void PrintTotals()
    {
        foreach (var group in Runs().GroupBy(charge => charge.Kind).OrderBy(group => group.Key))
            Console.WriteLine(
                $"{Charge.NameOf(group.Key), -20} {Number(group.Sum(charge => charge.Flops.Value), "0.000e0")} FLOPs "
                    + $"charged to runs"
            );
        Console.WriteLine(
            $"{"total", -20} {Number(Runs().Sum(charge => charge.Flops.Value), "0.000e0")} FLOPs charged to runs"
        );
        if (OtherCounts() is { } others)
            Console.WriteLine(others);
        var work = plan.Units.SelectMany(Own).ToArray();
        var dollars = plan.Spec.Prices.Cost(work).Value;
        Console.WriteLine(
            $"{"all units, once each", -20} {Number(work.Sum(charge => charge.Flops.Value), "0.000e0")} FLOPs, "
                + $"{BoardText.Duration(plan.Units.Sum(unit => forecast.Of(unit).Value))} one after the other, "
                + $"{Number(dollars, dollars < 0.01 ? "0.0e0" : "0.00")} dollars"
        );
    }

    // The students' training as others count it, for a reader who compares.
    private string? OtherCounts()
    {
        var (six, trainer, own) = (0.0, 0.0, 0.0);
        foreach (var unit in plan.Runs.OfType<StudentUnit>())
        foreach (var charge in unit.Prediction.Charges.Where(charge => charge.Kind == ChargeKind.StudentTraining))
        {
            var shape = unit.Student.Model;
            six += Protocol.Costs.OtherCounts.SixNd(shape.Parameters, charge.Tokens).Value;
            trainer +=
                Protocol.Costs.OtherCounts.TotalFlos(shape, shape.Parameters, charge.Tokens)?.Value ?? double.NaN;
            own += charge.Flops.Value;
        }

        return own == 0
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{Charge.NameOf(ChargeKind.StudentTraining)} is {six / own:0.00} of that by 6ND"
            )
                + (
                    double.IsNaN(trainer)
                        ? ""
                        : string.Create(
                            CultureInfo.InvariantCulture,
                            $", {trainer / own:0.00} by total_flos of Hugging Face's Trainer"
                        )
                );
    }

    private string SecondsAre()
    {
        if (forecast.Rates is { } measured)
            return $"are those of {measured.Device}, measured case by case";
        var because =
            plan.Spec.Device == "cpu"
                ? " (bench measure makes them this machine's)"
                : $": no rates of {plan.Spec.Prices.Name} were measured";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"assume {CostModel.RateOf(plan.Spec, Work.Training) / 1e9:0} GFLOP/s a process{because}"
        );
    }

    // Hours at measured rates, what their rent is, and what the device's meter would show.
    private string ByRates(MachineRates rates)
    {
        var hours = plan.Units.Sum(unit => forecast.Of(unit).Value) / 3600;
        var energies = plan.Units.Select(unit => forecast.EnergyOf(unit)?.Value).ToArray();
        var joules = energies.All(energy => energy is not null)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", {energies.Sum()!.Value / 1e6:0.0} MJ at the board's meter"
            )
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"at the measured rates of one {rates.Device}: {hours:0.00} hours, "
                + $"{hours * plan.Spec.Prices.UsdPerHour:0.00} dollars of rent{joules}; its writing is that of "
                + $"transformers' generate, and a serving engine's is several times as fast"
        );
    }

    // FLOPs that each method's runs are charged in all: for what the teacher does, for the student's training with its
    // trials and its start, for measuring; and what of it the total counts.
    private Table ByMethod()
    {
        var table = new Table()
            .Border(TableBorder.Simple)
            .AddColumns("method", "runs", "teacher", "student", "evaluation", "in boundary", "USD");
        foreach (var column in table.Columns)
            column.NoWrap();
        foreach (var column in table.Columns.Skip(1))
            column.RightAligned();
        foreach (var method in plan.Runs.GroupBy(unit => unit is StudentUnit student ? student.MethodName : "teacher"))
        {
            var charges = method.SelectMany(unit => unit.Prediction.Charges).ToArray();
            double Sum(Func<ChargeKind, bool> counts) =>
                charges.Where(charge => counts(charge.Kind)).Sum(charge => charge.Flops.Value);
            string Text(double flops) => flops > 0 ? Number(flops, "0.00e0") : "";
            var inside = Sum(plan.Spec.Boundary.Counts);
            table.AddRow(
                Markup.Escape(method.Key),
                Number(method.Count(), "0"),
                Text(
                    Sum(kind =>
                        kind is ChargeKind.TeacherTraining or ChargeKind.TeacherGeneration or ChargeKind.TeacherScoring
                    )
                ),
                Text(
                    Sum(kind =>
                        kind is ChargeKind.StudentTraining or ChargeKind.StudentPretraining or ChargeKind.Tuning
                    )
                ),
                Text(Sum(kind => kind == ChargeKind.Evaluation)),
                Text(inside),
                Text(plan.Spec.Prices.Cost(plan.Spec.Boundary.Inside(charges)).Value)
            );
        }

        return table;
    }

    internal void PrintJson(IReadOnlyList<DesignPower> power) =>
        Console.WriteLine(
            JsonSerializer.Serialize(
                new
                {
                    experiment = plan.Spec.Name,
                    licences = plan.Spec.Teachers.Select(teacher => new
                    {
                        teacher = teacher.Name,
                        name = teacher.Licence,
                        inherited = LicenceGate.Inherited(teacher),
                        verdict = "may be distilled",
                    }),
                    units = plan.Units.Select(unit => new
                    {
                        unit = unit.Fingerprint.Short,
                        fingerprint = unit.Fingerprint.Text,
                        label = unit.Label,
                        charges = unit.Prediction.Charges.Select(charge => new
                        {
                            kind = Charge.NameOf(charge.Kind),
                            tokens = charge.Tokens,
                            flops = charge.Flops.Value,
                        }),
                        seconds = forecast.Of(unit).Value,
                        peak_bytes = unit.Prediction.PeakBytes,
                        usd = plan.Spec.Prices.Cost(unit.Prediction.Charges).Value,
                    }),
                    charged_to_runs = Runs()
                        .GroupBy(charge => charge.Kind)
                        .ToDictionary(
                            group => Charge.NameOf(group.Key),
                            group => group.Sum(charge => charge.Flops.Value)
                        ),
                    total_flops = Runs().Sum(charge => charge.Flops.Value),
                    power = power.Select(Seen),
                }
            )
        );

    private static object Seen(DesignPower row) =>
        new
        {
            contrast = row.Contrast,
            student = row.Student,
            primary = row.Primary,
            tests = row.Tests,
            spread = row.Spread,
            source = row.Source,
            seeds = row.Seeds,
            detectable = row.Detectable,
            seeds_needed = row.SeedsNeeded,
        };

    // A student is charged for its part of the teacher's work, but that work is another unit's.
    internal static Charge[] Own(UnitOfWork unit) =>
        unit is TrainingUnit
            ? [.. unit.Prediction.Charges.Where(charge => charge.Seconds.Value > 0)]
            : [.. unit.Prediction.Charges];

    private IEnumerable<Charge> Runs() => plan.Runs.SelectMany(unit => unit.Prediction.Charges);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
