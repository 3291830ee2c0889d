using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Store;

namespace Bench.Cli.Execution;

/// <summary>Which units of a run have ended and which have not, and which of these can start.</summary>
internal sealed class UnitQueue
{
    private readonly Dictionary<string, Outcome> ended = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnitOfWork> left = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> missing = new(StringComparer.Ordinal);
    private readonly ILookup<string, UnitOfWork> waitingFor;
    private readonly Dictionary<string, double> critical;
    private readonly PriorityQueue<UnitOfWork, double> ready = new();
    private readonly IBoard board;
    private readonly Action<UnitOfWork, Outcome> finished;

    /// <summary>Looks into the store for what is there already, and takes away what is damaged there.</summary>
    internal UnitQueue(
        IReadOnlyList<UnitOfWork> units,
        ContentStore store,
        IBoard board,
        Action<UnitOfWork, Outcome> finished
    )
    {
        (this.board, this.finished) = (board, finished);
        foreach (var unit in units)
        {
            if (store.WrongIn(unit.Fingerprint.Text) is { Count: > 0 } wrong)
            {
                board.Say(
                    $"{unit.Label}: its entry in the store is damaged ({string.Join(", ", wrong)}) and is computed anew"
                );
                store.Remove(unit.Fingerprint.Text);
            }

            if (OutcomeFile.Find(store, unit.Fingerprint.Text) is not { } known)
            {
                left[unit.Fingerprint.Text] = unit;
                continue;
            }

            ended[unit.Fingerprint.Text] = known;
            board.Known(unit);
            finished(unit, known);
        }

        Left = [.. left.Values];
        waitingFor = Left.SelectMany(unit => NeedsLeft(unit).Select(need => (need, unit)))
            .ToLookup(pair => pair.need.Fingerprint.Text, pair => pair.unit, StringComparer.Ordinal);
        critical = PathLengths(Left);
        foreach (var unit in Left)
        {
            missing[unit.Fingerprint.Text] = NeedsLeft(unit).Count();
            if (missing[unit.Fingerprint.Text] == 0)
                Return(unit);
        }
    }

    /// <summary>The units that were not in the store when the run began, in the order of the plan.</summary>
    internal IReadOnlyList<UnitOfWork> Left { get; }

    /// <summary>How many of those have not ended.</summary>
    internal int Count => left.Count;

    /// <summary>Whether a unit has ended.</summary>
    internal bool HasEnded(UnitOfWork unit) => !left.ContainsKey(unit.Fingerprint.Text);

    /// <summary>The needs of a unit that have not ended.</summary>
    internal IEnumerable<UnitOfWork> NeedsLeft(UnitOfWork unit) =>
        unit.Needs.Where(need => left.ContainsKey(need.Fingerprint.Text));

    /// <summary>
    /// The next unit whose needs have ended, that for which most waits first; null for none. It is given once.
    /// </summary>
    internal UnitOfWork? Next() => ready.TryDequeue(out var unit, out _) ? unit : null;

    /// <summary>
    /// Takes a unit back that could not start yet. Units that run alone come last: until then others keep all cores
    /// busy.
    /// </summary>
    internal void Return(UnitOfWork unit) =>
        ready.Enqueue(unit, unit.RunsAlone ? double.MaxValue : -critical[unit.Fingerprint.Text]);

    /// <summary>Why a unit cannot run: something that it needs failed; null where nothing did.</summary>
    internal string? Obstacle(UnitOfWork unit) =>
        unit.Needs.FirstOrDefault(need =>
            ended.TryGetValue(need.Fingerprint.Text, out var outcome) && outcome.Status != UnitStatus.Ok
        )
            is { } broken
            ? $"it needs {broken.Label}, which failed: {ended[broken.Fingerprint.Text].Error}"
            : null;

    /// <summary>A unit has ended.</summary>
    internal void End(UnitOfWork unit, Outcome outcome)
    {
        if (!left.Remove(unit.Fingerprint.Text))
            return;
        ended[unit.Fingerprint.Text] = outcome;
        foreach (var waiting in waitingFor[unit.Fingerprint.Text])
            if (--missing[waiting.Fingerprint.Text] == 0)
                Return(waiting);
        board.Ended(unit, outcome);
        finished(unit, outcome);
    }

    // Predicted seconds of a unit and of the longest chain that waits for it.
    private static Dictionary<string, double> PathLengths(IReadOnlyList<UnitOfWork> units)
    {
        var lengths = units.ToDictionary(
            unit => unit.Fingerprint.Text,
            unit => unit.Prediction.Seconds.Value,
            StringComparer.Ordinal
        );
        foreach (var unit in units.Reverse())
        {
            foreach (var need in unit.Needs.Where(need => lengths.ContainsKey(need.Fingerprint.Text)))
                lengths[need.Fingerprint.Text] = Math.Max(
                    lengths[need.Fingerprint.Text],
                    need.Prediction.Seconds.Value + lengths[unit.Fingerprint.Text]
                );
        }

        return lengths;
    }
}
