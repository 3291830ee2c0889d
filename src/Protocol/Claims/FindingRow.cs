using System.Globalization;

namespace Bench.Protocol.Claims;

/// <summary>A row of findings.csv: a figure that was recomputed.</summary>
public sealed record FindingRow(
    string Run,
    string Part,
    string Name,
    string Formula,
    string Inputs,
    double Value,
    double? Stated,
    double? Least,
    double? Most,
    bool? Holds,
    double? Factor,
    string Remark
)
{
    /// <summary>The rows of a run.</summary>
    public static IEnumerable<FindingRow> Of(RunCheck check) =>
        check.Findings.Select(finding => new FindingRow(
            check.Run,
            finding.Part,
            finding.Name,
            finding.Formula,
            string.Join(
                "; ",
                finding.Inputs.Select(input =>
                    string.Create(CultureInfo.InvariantCulture, $"{input.Key}={input.Value:R}")
                )
            ),
            finding.Value,
            finding.Stated,
            finding.Least,
            finding.Most,
            finding.Holds,
            finding.Factor,
            finding.Remark
        ));
}
