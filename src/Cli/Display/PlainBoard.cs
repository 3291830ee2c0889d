using System.Globalization;
using Bench.Cli.Execution;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;

namespace Bench.Cli.Display;

/// <summary>One line for each unit that ends; with quiet, only those that fail.</summary>
internal sealed class PlainBoard(int total, bool quiet) : IBoard
{
    private int known;
    private int ended;

    public Task Watch(Func<Task> work) => work();

    public void Known(UnitOfWork unit) => known++;

    public void Started(UnitOfWork unit)
    {
        if (known > 0 && !quiet)
            Console.WriteLine($"{known} of {total} units are in the store already");
        (ended, known) = (ended + known, 0);
    }

    public void Progress(UnitOfWork unit, UnitEvent now) { }

    public void Ended(UnitOfWork unit, Outcome outcome)
    {
        ended++;
        if (quiet && outcome.Status == UnitStatus.Ok)
            return;
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"[{ended}/{total}] {unit.Label}: {OutcomeText.Of(outcome)}"
        );
        (outcome.Status == UnitStatus.Ok ? Console.Out : Console.Error).WriteLine(line);
    }

    public void Say(string line)
    {
        if (!quiet)
            Console.WriteLine(line);
    }
}
