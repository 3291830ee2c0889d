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
    bool? Holds,
    double? Factor,
    string Remark
)
{
    /// <summary>The rows of a run.</summary>
    public static IEnumerable<FindingRow> Of(RunCheck check) =>
        check.Findings.Select(finding => new FindingRow(
            Run: check.Run,
            Part: finding.Part,
            Name: finding.Name,
            Formula: finding.Formula,
            Inputs: string.Join(
                "; ",
                finding.Inputs.Select(input =>
                    string.Create(CultureInfo.InvariantCulture, $"{input.Key}={input.Value:R}")
                )
            ),
            Value: finding.Value,
            Stated: finding.Stated,
            Holds: finding.Holds,
            Factor: finding.Factor,
            Remark: finding.Remark
        ));
}
