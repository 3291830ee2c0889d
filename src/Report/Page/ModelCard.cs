using System.Globalization;
using System.Text;
using Bench.Protocol.Licences;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;

namespace Bench.Report.Page;

/// <summary>
/// The card of a model that leaves the laboratory: where it comes from, step by step and with the hash of everything
/// that went in, and under which licences. The head is what model hubs read.
/// </summary>
public static class ModelCard
{
    /// <summary>The card of a run's model, in Markdown.</summary>
    /// <param name="plan">The plan that holds the run.</param>
    /// <param name="run">A student's or a teacher's unit.</param>
    /// <param name="commit">The commit that exports it.</param>
    public static string Of(Plan plan, UnitOfWork run, string commit)
    {
        var spec = plan.Spec;
        var teachers = Lineage(run).Append(run).OfType<TeacherUnit>().ToArray();
        var card = new StringBuilder();
        void Line(string text) => card.Append(text).Append('\n');
        Line($"---");
        var licences = teachers
            .Select(teacher => teacher.Teacher.Licence)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToArray();
        // Hubs know permissive licences by their SPDX ids in small letters.
        if (licences is [var only] && LicenceTable.Permissive.Contains(only, StringComparer.OrdinalIgnoreCase))
            Line($"license: {only.ToLowerInvariant()}");
        else
            Line(
                $"license: other\nlicense_name: "
                    + $"{Quoted(licences.Length == 0 ? "none inherited" : string.Join("; ", licences))}"
            );
        Line($"tags: [knowledge-distillation, bench]");
        Line($"---");
        Line($"# {spec.Name}: {run.Label}");
        Line($"");
        Line($"A model of the experiment *{spec.Name}* ({spec.Question}).");
        Line($"");
        Line($"## Licences");
        Line($"");
        foreach (var teacher in teachers)
            Line(
                $"- {(teacher == run ? "it is" : "learnt from")} **{teacher.Teacher.Name}**: "
                    + $"{LicenceGate.Inherited(teacher.Teacher)}"
            );
        if (teachers.Length == 0)
            Line($"- it learnt from no teacher");
        Line($"");
        Line($"## Lineage");
        Line($"");
        Line($"Each step is named by the hash of everything that went into it.");
        Line($"");
        foreach (var step in Lineage(run).Append(run))
            Line($"1. {step.Label}{About(step)} (`{step.Fingerprint}`)");
        Line($"");
        Line(
            $"Experiment file: SHA-256 `{spec.FileHash}`. Exported at commit `{commit}`. Rebuild: `bench run "
                + $"{spec.Name}`."
        );
        return card.ToString();
    }

    // The needs of a unit, each after its own needs; trials chose its learning rate and are no ancestors of its
    // weights.
    private static IEnumerable<UnitOfWork> Lineage(UnitOfWork unit) =>
        unit
            .Needs.Where(need => need is not TrialUnit)
            .SelectMany(need => Lineage(need).Append(need))
            .DistinctBy(need => need.Fingerprint);

    private static string About(UnitOfWork unit) =>
        unit switch
        {
            TeacherUnit { Teacher: var teacher } => $": {Source(teacher)}, licence {teacher.Licence}",
            TextUnit { Sampling: var sampling } => string.Create(
                CultureInfo.InvariantCulture,
                $": responses at temperature {sampling.Temperature}, {sampling.Samples} to each prompt, "
                    + $"{sampling.Select.ToString().ToLowerInvariant()} kept"
            ),
            TrainingUnit { Method: { } method, Student: var student } =>
                $": {method.Objective.Name} on {method.Signal.Name}, "
                    + $"{student.Model.Parameters.ToString("N0", CultureInfo.InvariantCulture)} "
                    + $"parameters{(student.Checkpoint is { } from ? $", from {from.Path}" : "")}",
            _ => "",
        };

    private static string Source(TeacherSpec teacher) =>
        teacher switch
        {
            { Of: { } other } => $"another form of {other}",
            { Checkpoint: { } checkpoint } => $"loaded from {checkpoint.Path}",
            { Onnx: { } graph } => $"loaded from {graph.Path}",
            { Endpoint: { } endpoint } => $"asked at {endpoint.Url} as {endpoint.Model}",
            { Traces: { } traces } => $"recorded in {traces.Path}",
            _ => "trained by the experiment",
        };

    private static string Quoted(string text) => "\"" + text.Replace("\"", "'", StringComparison.Ordinal) + "\"";
}
