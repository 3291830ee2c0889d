using Bench.Lab.Models;
using Bench.Protocol.Costs;
using Bench.Protocol.Detection;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Evaluation;

/// <summary>The traces of a teacher's text in a student, as the teacher's owner looks for them.</summary>
internal sealed class DetectionScores(DetectionSpec detection, string task)
{
    /// <summary>Tests predictions after unmarked text by the owner's key, and by keys that nobody used.</summary>
    /// <param name="pairs">A token of the text, and the student's prediction after it.</param>
    /// <param name="vocabulary">The student's.</param>
    internal IEnumerable<TaskScores> OfWatermark(IReadOnlyList<(int Previous, int Predicted)> pairs, int vocabulary)
    {
        IReadOnlyList<double> P(long key) =>
            Evidence.OfWatermark(pairs, detection.Probes, new GreenList(key, detection.Gamma, vocabulary), vocabulary);
        var (own, others) = (P(detection.Key), detection.Unused.Select(P).ToArray());
        for (var i = 0; i < own.Count; i++)
        {
            yield return new TaskScores(task, Metric.WatermarkP(detection.Probes[i]).Name, [Math.Log10(own[i])]);
            yield return new TaskScores(
                task,
                Metric.WatermarkAlarms(detection.Probes[i]).Name,
                [.. others.Select(p => p[i] < DetectionSpec.Level ? 1.0 : 0)]
            );
        }
    }

    /// <summary>
    /// Compares the likelihood of the owner's canaries after the begin token with that of canaries that nobody planted;
    /// and does the same for sets that nobody planted either.
    /// </summary>
    /// <param name="reader">Reads with the student.</param>
    /// <param name="begin">The token that begins a sequence.</param>
    /// <param name="size">The tokenizer's, from which canaries are drawn.</param>
    internal (IReadOnlyList<TaskScores> Scores, Charge Charge) OfCanaries(SequenceReader reader, int begin, int size)
    {
        int[][] Draw(long key, int count) => [.. Canaries.Draw(key, count, detection.CanaryTokens, size)];
        var controls = Draw(detection.Unused.First(), DetectionSpec.Controls);
        var sets = detection.Unused.Skip(1).Prepend(detection.Key).Select(key => Draw(key, detection.Canaries));
        var (scores, charge) = reader.Predict(
            [.. sets.SelectMany(set => set).Concat(controls).Select(canary => new Sequence([begin, .. canary], 1))],
            ChargeKind.Evaluation
        );
        var likelihoods = scores.Select(score => score.LogProbabilities.Sum(value => (double)value)).ToArray();
        var tested = likelihoods[..^controls.Length]
            .Chunk(detection.Canaries)
            .Select(set => Evidence.OfCanaries(set, likelihoods[^controls.Length..]))
            .ToArray();
        return (
            [
                new TaskScores(task, Metric.CanaryP.Name, [Math.Log10(tested[0])]),
                new TaskScores(
                    task,
                    Metric.CanaryAlarms.Name,
                    [.. tested.Skip(1).Select(p => p < DetectionSpec.Level ? 1.0 : 0)]
                ),
            ],
            charge
        );
    }
}
