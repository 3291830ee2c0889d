using System.Collections.Concurrent;
using System.Globalization;
using Bench.Cli.Execution;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Spectre.Console;

namespace Bench.Cli.Display;

/// <summary>The board of a terminal: a bar for the whole run and one for each unit that runs, with its stage, loss, speed and time left.</summary>
internal sealed class LiveBoard(int total) : IBoard
{
    private readonly ConcurrentDictionary<string, ProgressTask> bars = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, UnitEvent> latest = new(StringComparer.Ordinal);
    private ProgressContext? context;
    private ProgressTask? whole;
    private int failed;

    public Task Watch(Func<Task> work) => AnsiConsole.Progress()
        .AutoClear(true).HideCompleted(true)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 16 }, new PercentageColumn(), new RemainingTimeColumn())
        .StartAsync(async progress =>
        {
            context = progress;
            whole = progress.AddTask("units", maxValue: total);
            await work();
        });

    public void Known(UnitOfWork unit) => Advance();

    public void Started(UnitOfWork unit) => bars[unit.Fingerprint.Text] = context!.AddTask(Markup.Escape(unit.Label), maxValue: 1);

    public void Progress(UnitOfWork unit, UnitEvent now)
    {
        var bar = bars[unit.Fingerprint.Text];
        // Each stage fills the bar anew.
        if (latest.TryGetValue(unit.Fingerprint.Text, out var before) && before.Stage != now.Stage) bar.Value = 0;
        latest[unit.Fingerprint.Text] = now;
        bar.Value = Math.Min(now.Share, 0.999);
        var numbers = now.Loss is null ? "" : string.Create(CultureInfo.InvariantCulture, $" loss {now.Loss:0.000} {now.TokensPerSecond / 1000:0.0}k tok/s");
        bar.Description = Markup.Escape($"{unit.Label}: {now.Stage}{numbers}");
    }

    public void Ended(UnitOfWork unit, Outcome outcome)
    {
        if (bars.TryRemove(unit.Fingerprint.Text, out var bar))
        {
            bar.Value = 1;
            bar.StopTask();
        }

        Advance();
        if (outcome.Status == UnitStatus.Ok) return;
        failed++;
        AnsiConsole.MarkupLine($"[red]{Markup.Escape(unit.Label)}[/]: {Markup.Escape(OutcomeText.Of(outcome))}");
    }

    public void Say(string line) => AnsiConsole.WriteLine(line);

    private void Advance()
    {
        whole!.Increment(1);
        whole.Description = failed > 0 ? $"units ({failed} failed)" : "units";
    }
}
