using Bench.Protocol.Specs;

namespace Bench.Report.Style;

/// <summary>Names for readers.</summary>
internal static class Labels
{
    /// <summary>A method, with its teacher where several are compared.</summary>
    internal static string Of(ExperimentSpec spec, string teacher, string method) => spec.LabelOf(teacher, method);

    /// <summary>A student's name before anyone teaches it.</summary>
    internal static string Before(StudentSpec student) =>
        student.Training is null && student.Checkpoint is null ? "untrained student" : "student before";

    /// <summary>A share in whole percents; what rounds to nothing has no sign.</summary>
    internal static double? Percent(double? share) => share is null ? null : Math.Round(100 * share.Value) + 0.0;
}
