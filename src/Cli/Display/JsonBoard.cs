using System.Text.Json;
using Bench.Cli.Execution;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Statistics.Scoring;

namespace Bench.Cli.Display;

/// <summary>One JSON object a line for each event.</summary>
internal sealed class JsonBoard(RemainingTime remaining) : IBoard
{
    public Task Watch(Func<Task> work) => work();

    public void Known(UnitOfWork unit)
    {
        remaining.Known(unit);
        Write(
            new
            {
                @event = "known",
                unit = unit.Fingerprint.Short,
                label = unit.Label,
            }
        );
    }

    public void Started(UnitOfWork unit)
    {
        remaining.Started(unit);
        Write(
            new
            {
                @event = "started",
                unit = unit.Fingerprint.Short,
                label = unit.Label,
            }
        );
    }

    public void Progress(UnitOfWork unit, UnitEvent now)
    {
        remaining.Progress(unit, now);
        Write(
            new
            {
                @event = "progress",
                unit = unit.Fingerprint.Short,
                stage = now.Stage,
                share = now.Share,
                loss = now.Loss,
                tokens_per_second = now.TokensPerSecond,
            }
        );
    }

    public void Ended(UnitOfWork unit, Outcome outcome)
    {
        remaining.Ended(unit, outcome);
        Write(Event(unit, outcome));
    }

    private object Event(UnitOfWork unit, Outcome outcome) =>
        new
        {
            @event = "ended",
            unit = unit.Fingerprint.Short,
            label = unit.Label,
            status = outcome.Status.ToString().ToLowerInvariant(),
            error = outcome.Error.Length > 0 ? outcome.Error : null,
            seconds = outcome.Circumstances.Seconds,
            scores = outcome.Scores.Select(score => new
            {
                task = score.Task,
                metric = score.Metric,
                value = Scores.Mean(score.Items),
            }),
            seconds_left = Math.Round(remaining.Seconds(), 1),
        };

    public void Say(string line) => Write(new { @event = "message", text = line });

    private static void Write(object entry) => Console.WriteLine(JsonSerializer.Serialize(entry));
}
