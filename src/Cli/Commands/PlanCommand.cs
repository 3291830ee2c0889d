using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bench.Cli.Display;
using Bench.Cli.Execution;
using Bench.Protocol.Claims;
using Bench.Protocol.Costs;
using Bench.Protocol.Licences;
using Bench.Protocol.Machines;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;
using Bench.Protocol.Specs.Sections;
using Bench.Protocol.Units;
using Bench.Report.Style;
using Spectre.Console;

namespace Bench.Cli.Commands;

/// <summary>bench plan: every unit with its predicted cost; trains and asks nothing.</summary>
internal static class PlanCommand
{
    internal static Command Create()
    {
        var experiment = Arguments.Experiment();
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var claim = new Option<string?>("--as")
        {
            Description =
                "A run of the table of claims: the student gets its size beside the teacher, and its tokens for each "
                + "parameter.",
        };
        var output = new Option<string?>("--out")
        {
            Description = "With --as: write the experiment at that scale into this file, to be run.",
        };
        var command = new Command("plan", "List every unit of work with its predicted cost; trains and asks nothing.")
        {
            experiment,
            json,
            claim,
            output,
        };
        command.SetAction(parsed =>
            Show(parsed.GetValue(experiment)!, parsed.GetValue(json), parsed.GetValue(claim), parsed.GetValue(output))
        );
        return command;
    }

    private static int Show(string named, bool json, string? claim, string? output)
    {
        var place = Workplace.Current;
        var file = place.ExperimentFile(named);
        var files = place.Files(file);
        if (output is not null && claim is null)
            throw new UsageException(
                "--out writes an experiment at a claim's scale, and no claim is named",
                "add --as CLAIM"
            );
        IReadOnlyList<string> beside = [];
        var spec = ExperimentFile.Load(file);
        if (claim is not null)
            (spec, beside) = Scaled(place, spec, files, claim, output);
        var plan = Planner.Make(spec, files);
        var forecast = new Forecast(plan, place.RatesFor(plan.Spec));
        if (json)
            PrintJson(plan, forecast);
        else
            PrintTable(plan, forecast);
        foreach (var line in beside)
            (json ? Console.Error : Console.Out).Write(TextWrap.Wrapped(line, 78));
        foreach (var missing in files.Missing.DistinctBy(missing => missing.Path))
            Console.Error.WriteLine(
                $"bench: {missing.Location}: '{missing.Path}' is not here; it is planned from its configuration "
                    + $"{missing.Config}, and cannot be run"
            );
        return ExitCodes.Done;
    }

    // The experiment at the scale of a claim, and what of the claim it has and has not.
    private static (ExperimentSpec Spec, IReadOnlyList<string> Lines) Scaled(
        Workplace place,
        ExperimentSpec spec,
        ICheckpointFiles files,
        string claim,
        string? output
    )
    {
        var tables = Path.Combine(place.Root, "experiments", "claims");
        var claims = ClaimTable.Read(Path.Combine(tables, "claims.csv"));
        var scale = ClaimScale.Of(claims, claim);
        if (scale is { StudentShare: null, TokensPerParameter: null })
            throw new UsageException(
                $"claim '{claim}' has no scale to plan by: it does not state {string.Join(", ", scale.Missing)}",
                "choose another claim"
            );
        var check = ClaimChecker
            .Check(
                claims,
                ClaimTable.Prices(Path.Combine(tables, "prices.csv")),
                ClaimTable.CrossChecks(Path.Combine(tables, "crosschecks.csv"), claims),
                new Tolerances()
            )
            .Single(run => run.Run == claim);
        if (spec.Students[0].Checkpoint is not null && scale.StudentShare is not null)
            throw new SpecException(
                spec.Students[0].Checkpoint!.Location,
                $"student '{spec.Students[0].Name}' has the shape of its checkpoint, and a claim's scale would give "
                    + $"it another",
                "take an experiment whose students are made here"
            );
        if (spec.BudgetUnit.CountsEpochs && scale.TokensPerParameter is not null)
            throw new SpecException(
                spec.BudgetsLocation,
                $"{spec.Name} asks about {spec.BudgetUnit.Unit}, and a claim's tokens would make other budgets of them",
                "take an experiment whose budgets are compute, tokens or examples"
            );
        var gaps = GapRow.Of(check).ToArray();
        var vocabulary = Planner.Make(spec, files).Units.OfType<StudentUnit>().First().Student.Model.Vocabulary;
        var teacher = spec.Teachers[0].Training is { } training
            ? training.Model with
            {
                Vocabulary = vocabulary,
            }
            : files.Describe(spec.Teachers[0]).Shape;
        var text = ScaledExperiment.Write(
            spec,
            scale,
            new ClaimPoint
            {
                Claim = claim,
                Usd = check.StatedCost ?? gaps.Select(gap => gap.CostUsd).FirstOrDefault(),
                Recovered = gaps.DistinctBy(gap => gap.Benchmark)
                    .ToDictionary(gap => gap.Benchmark, gap => gap.Recovered, StringComparer.Ordinal),
            },
            teacher,
            new CostModel(spec, spec.Teachers[0], teacher).MeanLength
        );
        ExperimentSpec scaled;
        try
        {
            scaled = ExperimentFile.Parse(Encoding.UTF8.GetBytes(text), $"{spec.Name}-as-{claim}");
            _ = Planner.Make(scaled, files);
        }
        catch (SpecException error)
        {
            throw new UsageException(
                $"{spec.Name} cannot be had at the scale of {claim}: {error.Problem}",
                error.Remedy
            );
        }

        if (output is not null)
            Written(output, text);
        var student = scaled.Students[0].Model with { Vocabulary = vocabulary };
        var lines = new List<string> { "" };
        if (scale.StudentShare is { } share)
        {
            var here = (double)student.Parameters / teacher.Parameters;
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"student / teacher parameters: {share:0.####} in {claim}, {here:0.####} here "
                        + $"({student.Parameters} / {teacher.Parameters})"
                )
            );
            if (here / share is > 1.5 or < 1 / 1.5)
                lines.Add("no student comes nearer beside this teacher: it takes a larger teacher");
        }

        if (scale.TokensPerParameter is { } tokens)
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"tokens for each parameter: {tokens:0.####}{(scale.TokensAreLeast ? " at least" : "")} in "
                        + $"{claim}; here a quarter of it, as many, and four times as many, of which budgets count "
                        + $"those that carry loss"
                )
            );
        if (scale.Missing.Count > 0)
            lines.Add(
                $"{claim} does not state {string.Join(", ", scale.Missing)}: what depends on it is as {spec.Name} "
                    + $"has it"
            );
        lines.Add(
            scaled.As is { Usd: not null, Recovered.Count: > 0 }
                ? "the report draws the claim's dollars and gaps beside; what holds at this scale need not hold at "
                    + "the claim's"
                : $"{claim} states no cost, or no benchmark with three scores: the report has nothing to draw beside"
        );
        if (output is not null)
            lines.Add($"written: {output}; bench run {output}");
        return (scaled, lines);
    }

    private static void Written(string output, string text)
    {
        try
        {
            File.WriteAllText(output, text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"{output}: cannot be written ({error.Message.ReplaceLineEndings(" ")})",
                "name a file in a folder that is there"
            );
        }
    }

    private static void PrintTable(Plan plan, Forecast forecast)
    {
        var prices = plan.Spec.Prices;
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
                Number(own.Sum(charge => prices.Cost(charge.Flops).Value), "0.00e0")
            );
        }

        AnsiConsole.Write(table);
        AnsiConsole.Write(ByMethod(plan));
        foreach (var group in Runs(plan).GroupBy(charge => charge.Kind).OrderBy(group => group.Key))
            Console.WriteLine(
                $"{Charge.NameOf(group.Key), -20} {Number(group.Sum(charge => charge.Flops.Value), "0.000e0")} FLOPs "
                    + $"charged to runs"
            );
        Console.WriteLine(
            $"{"total", -20} {Number(Runs(plan).Sum(charge => charge.Flops.Value), "0.000e0")} FLOPs charged to runs"
        );
        var work = plan.Units.SelectMany(Own).ToArray();
        var dollars = work.Sum(charge => prices.Cost(charge.Flops).Value);
        Console.WriteLine(
            $"{"all units, once each", -20} {Number(work.Sum(charge => charge.Flops.Value), "0.000e0")} FLOPs, "
                + $"{BoardText.Duration(plan.Units.Sum(unit => forecast.Of(unit).Value))} one after the other, "
                + $"{Number(dollars, dollars < 0.01 ? "0.0e0" : "0.00")} dollars"
        );
        if (forecast.Rates is { Process: null } rates)
            Console.Write(TextWrap.Wrapped(ByRates(plan, forecast, rates), 78));
        Console.WriteLine("what runs share is charged to each that uses it; done it is once");
        foreach (var teacher in plan.Spec.Teachers)
            Console.WriteLine(
                $"licence of teacher {teacher.Name}: {LicenceGate.Inherited(teacher)}; it may be distilled"
            );
        Console.WriteLine($"seconds {SecondsAre(plan.Spec, forecast)}; dollars are {prices.Name}'s");
    }

    private static string SecondsAre(ExperimentSpec spec, Forecast forecast)
    {
        if (forecast.Rates is { } measured)
            return $"are those of {measured.Device}, measured case by case";
        var because =
            spec.Device == "cpu"
                ? " (bench measure makes them this machine's)"
                : $": no rates of {spec.Prices.Name} were measured";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"assume {CostModel.RateOf(spec) / 1e9:0} GFLOP/s a process{because}"
        );
    }

    // Hours at measured rates, what their rent is, and what the device's meter would show.
    private static string ByRates(Plan plan, Forecast forecast, MachineRates rates)
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
    private static Table ByMethod(Plan plan)
    {
        var table = new Table()
            .Border(TableBorder.Simple)
            .AddColumns("method", "runs", "teacher", "student", "evaluation", "in boundary", "USD");
        foreach (var column in table.Columns.Skip(1))
            column.RightAligned();
        foreach (var column in table.Columns)
            column.NoWrap();
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
                Text(plan.Spec.Prices.Cost(new Flops(inside)).Value)
            );
        }

        return table;
    }

    private static void PrintJson(Plan plan, Forecast forecast) =>
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
                        usd = plan.Spec.Prices.Cost(unit.Prediction.Flops).Value,
                    }),
                    charged_to_runs = Runs(plan)
                        .GroupBy(charge => charge.Kind)
                        .ToDictionary(
                            group => Charge.NameOf(group.Key),
                            group => group.Sum(charge => charge.Flops.Value)
                        ),
                    total_flops = Runs(plan).Sum(charge => charge.Flops.Value),
                }
            )
        );

    // A student is charged for its part of the teacher's work, but that work is another unit's.
    private static Charge[] Own(UnitOfWork unit) =>
        unit is TrainingUnit
            ? [.. unit.Prediction.Charges.Where(charge => charge.Seconds.Value > 0)]
            : [.. unit.Prediction.Charges];

    private static IEnumerable<Charge> Runs(Plan plan) => plan.Runs.SelectMany(unit => unit.Prediction.Charges);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
