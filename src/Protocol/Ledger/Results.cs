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

    /// <summary>The same with its summary, which is a function of the runs and their items.</summary>
    public Results Summarised(Specs.ExperimentSpec spec) =>
        this with
        {
            Summary = Ledger.Summary.Of(spec, Runs, Items),
        };

    public static Results Empty { get; } = new([], [], [], [], []);
}
