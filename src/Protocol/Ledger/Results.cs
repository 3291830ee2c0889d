using Bench.Protocol.Specs;

namespace Bench.Protocol.Ledger;

/// <summary>Everything that results/&lt;name&gt; says in tables.</summary>
public sealed record Results(
    IReadOnlyList<RunRow> Runs,
    IReadOnlyList<ScoreRow> Scores,
    IReadOnlyList<ItemRow> Items,
    IReadOnlyList<ChargeRow> Charges,
    IReadOnlyList<SummaryRow> Summary
)
{
    /// <summary>The trials of tuning; none where nothing was tuned.</summary>
    public IReadOnlyList<TrialRow> Trials { get; init; } = [];

    /// <summary>How training went; none where it was not recorded.</summary>
    public IReadOnlyList<CurveRow> Curves { get; init; } = [];

    /// <summary>Responses to the first items; none where they were not recorded.</summary>
    public IReadOnlyList<SampleRow> Samples { get; init; } = [];

    /// <summary>Measured use of finished models; none where nothing was measured.</summary>
    public IReadOnlyList<UseRow> Uses { get; init; } = [];

    /// <summary>Their scores in each format, item by item.</summary>
    public IReadOnlyList<UseItemRow> UseItems { get; init; } = [];

    /// <summary>Work of teachers that was done elsewhere; none where all was done here.</summary>
    public IReadOnlyList<ElsewhereRow> Elsewhere { get; init; } = [];

    /// <summary>The runs of a pilot that were set aside; none before <see cref="Summarised"/>.</summary>
    public IReadOnlyList<RunRow> Pilots { get; init; } = [];

    /// <summary>
    /// The same with its summary, which is a function of the runs and their items. A pilot's runs are set aside: they
    /// enter no table and no figure.
    /// </summary>
    public Results Summarised(ExperimentSpec spec)
    {
        var pilots = Runs.Where(run => run.Status == RunRow.Pilot).ToArray();
        var aside = pilots.Select(run => run.Run).ToHashSet(StringComparer.Ordinal);
        bool Stays(string run) => !aside.Contains(run);
        var own = this with
        {
            Runs = [.. Runs.Where(row => Stays(row.Run))],
            Scores = [.. Scores.Where(row => Stays(row.Run))],
            Items = [.. Items.Where(row => Stays(row.Run))],
            Charges = [.. Charges.Where(row => Stays(row.Run))],
            Curves = [.. Curves.Where(row => Stays(row.Run))],
            Samples = [.. Samples.Where(row => Stays(row.Run))],
            Elsewhere = [.. Elsewhere.Where(row => Stays(row.Run))],
            Pilots = pilots,
        };
        return own with { Summary = Ledger.Summary.Of(spec, own.Runs, own.Items) };
    }

    public static Results Empty { get; } = new([], [], [], [], []);
}
