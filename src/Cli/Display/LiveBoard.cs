using Bench.Cli.Execution;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Spectre.Console;

namespace Bench.Cli.Display;

/// <summary>The board of a terminal: <see cref="BoardText"/>, drawn anew a few times a second.</summary>
internal sealed class LiveBoard(IReadOnlyList<UnitOfWork> units, RemainingTime remaining) : IBoard
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly BoardText text = new(units, remaining);

    public Task Watch(Func<Task> work) =>
        AnsiConsole
            .Live(Text.Empty)
            .AutoClear(true)
            .StartAsync(async live =>
            {
                using var done = new CancellationTokenSource();
                var drawing = Draw(live, done.Token);
                try
                {
                    await work();
                }
                finally
                {
                    await done.CancelAsync();
                    await drawing;
                }
            });

    public void Known(UnitOfWork unit)
    {
        remaining.Known(unit);
        text.Known(unit);
    }

    public void Started(UnitOfWork unit)
    {
        remaining.Started(unit);
        text.Started(unit);
    }

    public void Progress(UnitOfWork unit, UnitEvent now)
    {
        remaining.Progress(unit, now);
        text.Progress(unit, now);
    }

    public void Ended(UnitOfWork unit, Outcome outcome)
    {
        remaining.Ended(unit, outcome);
        text.Ended(unit, outcome);
        if (outcome.Status != UnitStatus.Ok)
            AnsiConsole.MarkupLine($"[red]{Markup.Escape(unit.Label)}[/]: {Markup.Escape(OutcomeText.Of(outcome))}");
    }

    public void Say(string line) => AnsiConsole.WriteLine(line);

    private async Task Draw(LiveDisplayContext live, CancellationToken done)
    {
        using var timer = new PeriodicTimer(Pause);
        try
        {
            do live.UpdateTarget(new Text(string.Join('\n', text.Lines(AnsiConsole.Profile.Width - 1))));
            while (await timer.WaitForNextTickAsync(done));
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }
}
