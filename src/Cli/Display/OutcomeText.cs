using System.Globalization;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Statistics.Scoring;

namespace Bench.Cli.Display;

/// <summary>An outcome in a few words.</summary>
internal static class OutcomeText
{
    /// <summary>Scores that fit into a line; the others are in the tables.</summary>
    private const int Shown = 4;

    internal static string Of(Outcome outcome)
    {
        if (outcome.Status != UnitStatus.Ok)
            return $"{outcome.Status.ToString().ToLowerInvariant()}: {outcome.Error}";
        var scores = outcome
            .Scores.Take(Shown)
            .Select(score =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{score.Task} {score.Metric} {Scores.Mean(score.Items):0.000}"
                )
            );
        var others = outcome.Scores.Count - Shown;
        return string.Join(
            ", ",
            [
                .. scores,
                .. others > 0 ? new[] { $"{others} more" } : [],
                string.Create(CultureInfo.InvariantCulture, $"{outcome.Circumstances.Seconds:0.0} s"),
            ]
        );
    }
}
