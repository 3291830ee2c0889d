namespace Bench.Protocol.Ledger;

/// <summary>The items' scores by run, task and metric.</summary>
public sealed class ScoreTable(IEnumerable<ItemRow> items)
{
    private readonly Dictionary<(string, string, string), IReadOnlyList<double>> scores = items
        .GroupBy(row => (row.Run, row.Task, row.Metric))
        .ToDictionary(
            group => group.Key,
            group => (IReadOnlyList<double>)[.. group.OrderBy(row => row.Item).Select(row => row.Score)]
        );

    /// <summary>The scores in the order of the items, or null where there are none.</summary>
    public IReadOnlyList<double>? Find(string run, string task, string metric) =>
        scores.GetValueOrDefault((run, task, metric));
}
