using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;

namespace Bench.Cli.Execution;

/// <summary>Shows a run to whoever watches: a person at a terminal, a log, or a program.</summary>
internal interface IBoard
{
    /// <summary>Shows while the work runs.</summary>
    Task Watch(Func<Task> work);

    /// <summary>The unit's result was in the store already.</summary>
    void Known(UnitOfWork unit);

    void Started(UnitOfWork unit);

    void Progress(UnitOfWork unit, UnitEvent now);

    void Ended(UnitOfWork unit, Outcome outcome);

    /// <summary>A line for the person, e.g. a conclusion.</summary>
    void Say(string line);
}
