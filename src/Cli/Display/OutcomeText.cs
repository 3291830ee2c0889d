using System.Globalization;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Statistics;

namespace Bench.Cli.Display;

/// <summary>An outcome in a few words.</summary>
internal static class OutcomeText
{
    internal static string Of(Outcome outcome)
    {
        if (outcome.Status != UnitStatus.Ok) return $"{outcome.Status.ToString().ToLowerInvariant()}: {outcome.Error}";
        var scores = outcome.Scores.Select(score => string.Create(CultureInfo.InvariantCulture, $"{score.Task} {score.Metric} {Scores.Mean(score.Items):0.000}"));
        return string.Join(", ", scores.Append(string.Create(CultureInfo.InvariantCulture, $"{outcome.Circumstances.Seconds:0.0} s")));
    }
}
