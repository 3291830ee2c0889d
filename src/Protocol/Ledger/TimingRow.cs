namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of timing.csv: how long a unit was forecast to take on the measured machine that then computed it, and how
/// long it took, without the start of its process.
/// </summary>
public sealed record TimingRow(string Unit, string Label, string Kind, double ForecastSeconds, double Seconds)
{
    /// <summary>The table's name in a results folder.</summary>
    public const string File = "timing.csv";

    /// <summary>Shorter work is mostly what files and a first compilation take, and is left out of errors.</summary>
    public const double Shortest = 1;

    /// <summary>How far a forecast is off, as a share of what it took.</summary>
    public double Error => Math.Abs(ForecastSeconds / Seconds - 1);
}
