using System.Globalization;
using System.Text;
using Bench.Cli.Execution;
using Bench.Protocol.Claims;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Specs.Sections;

namespace Bench.Cli.Commands;

/// <summary>An experiment at a claim's scale: its share of the teacher, and its tokens for each parameter.</summary>
/// <param name="Original">The experiment as it was written.</param>
/// <param name="Spec">The experiment at the claim's scale.</param>
/// <param name="Text">Its file.</param>
/// <param name="Scale">The claim's.</param>
/// <param name="Claim">Its name.</param>
/// <param name="Teacher">The teacher's shape.</param>
internal sealed record ScaledPlan(
    ExperimentSpec Original,
    ExperimentSpec Spec,
    string Text,
    ClaimScale Scale,
    string Claim,
    ModelShape Teacher
)
{
    /// <exception cref="UsageException">The claim has no scale, or the experiment cannot be had at it.</exception>
    /// <exception cref="SpecException">The experiment's students or budgets take no other scale.</exception>
    internal static ScaledPlan Of(Workplace place, ExperimentSpec spec, ICheckpointFiles files, string claim)
    {
        var tables = Path.Combine(place.Root, "experiments", "claims");
        var claims = ClaimTable.Read(Path.Combine(tables, "claims.csv"));
        var scale = ClaimScale.Of(claims, claim);
        if (scale is { StudentShare: null, TokensPerParameter: null })
            throw new UsageException(
                $"claim '{claim}' has no scale to plan by: it does not state {string.Join(", ", scale.Missing)}",
                "choose another claim"
            );
        Check(spec, scale);
        var vocabulary = Vocabulary(spec, files);
        var teacher = spec.Teachers[0].Training is { } training
            ? training.Model with
            {
                Vocabulary = vocabulary,
            }
            : files.Describe(spec.Teachers[0]).Shape;
        var text = ScaledExperiment.Write(
            spec,
            scale,
            Point(tables, claims, claim),
            teacher,
            new CostModel(spec, spec.Teachers[0], teacher).MeanLength
        );
        var scaled = Parsed(spec, files, claim, text);
        return new ScaledPlan(Original: spec, Spec: scaled, Text: text, Scale: scale, Claim: claim, Teacher: teacher)
        {
            Student = scaled.Students[0].Model with { Vocabulary = vocabulary },
        };
    }

    // The experiment of a text, if it can be planned.
    private static ExperimentSpec Parsed(ExperimentSpec spec, ICheckpointFiles files, string claim, string text)
    {
        try
        {
            var scaled = ExperimentFile.Parse(Encoding.UTF8.GetBytes(text), $"{spec.Name}-as-{claim}");
            _ = Planner.Make(scaled, files);
            return scaled;
        }
        catch (SpecException error)
        {
            throw new UsageException(
                $"{spec.Name} cannot be had at the scale of {claim}: {error.Problem}",
                error.Remedy
            );
        }
    }

    /// <summary>The student's shape.</summary>
    internal required ModelShape Student { get; init; }

    /// <summary>Writes the experiment's file.</summary>
    internal void Write(string output)
    {
        try
        {
            File.WriteAllText(output, Text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"{output}: cannot be written ({error.Message.ReplaceLineEndings(" ")})",
                "name a file in a folder that is there"
            );
        }
    }

    /// <summary>The parts of the claim's scale that the experiment has, and those that it has not.</summary>
    internal IReadOnlyList<string> Lines(string? output)
    {
        List<string> lines = ["", .. OfStudent(), .. OfTokens()];
        if (Scale.Missing.Count > 0)
            lines.Add(
                $"{Claim} does not state {string.Join(", ", Scale.Missing)}: what depends on it is as {Original.Name} "
                    + $"has it"
            );
        lines.Add(
            Spec.As is { Usd: not null, Recovered.Count: > 0 }
                ? "the report draws the claim's dollars and gaps beside; what holds at this scale need not hold at "
                    + "the claim's"
                : $"{Claim} states no cost, or no benchmark with three scores: the report has nothing to draw beside"
        );
        if (output is not null)
            lines.Add($"written: {output}; bench run {output}");
        return lines;
    }

    private IEnumerable<string> OfStudent()
    {
        if (Scale.StudentShare is not { } share)
            yield break;
        var here = (double)Student.Parameters / Teacher.Parameters;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"student / teacher parameters: {share:0.####} in {Claim}, {here:0.####} here "
                + $"({Student.Parameters} / {Teacher.Parameters})"
        );
        if (here / share is > 1.5 or < 1 / 1.5)
            yield return "no student comes nearer beside this teacher: it takes a larger teacher";
    }

    private IEnumerable<string> OfTokens()
    {
        if (Scale.TokensPerParameter is { } tokens)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"tokens for each parameter: {tokens:0.####}{(Scale.TokensAreLeast ? " at least" : "")} in "
                    + $"{Claim}; here a quarter of it, as many, and four times as many, of which budgets count "
                    + $"those that carry loss"
            );
    }

    private static void Check(ExperimentSpec spec, ClaimScale scale)
    {
        if (spec.Students[0].Checkpoint is { } checkpoint && scale.StudentShare is not null)
            throw new SpecException(
                checkpoint.Location,
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
    }

    private static int Vocabulary(ExperimentSpec spec, ICheckpointFiles files) =>
        Planner.Make(spec, files).Units.OfType<StudentUnit>().First().Student.Model.Vocabulary;

    // The claim's cost, and the share of the gap that it recovers on each benchmark.
    private static ClaimPoint Point(string tables, IReadOnlyList<Claim> claims, string claim)
    {
        var check = ClaimChecker.Check(claims, Assumptions.Of(tables, claims)).Single(run => run.Run == claim);
        var gaps = GapRow.Of(check).ToArray();
        return new ClaimPoint
        {
            Claim = claim,
            Usd = check.StatedCost ?? gaps.Select(gap => gap.CostUsd).FirstOrDefault(),
            Recovered = gaps.Where(gap => gap.Recovered is not null)
                .DistinctBy(gap => gap.Benchmark)
                .ToDictionary(gap => gap.Benchmark, gap => gap.Recovered!.Value, StringComparer.Ordinal),
        };
    }
}
