namespace ScottPlot;

/// <summary>Dashes of a line.</summary>
public readonly struct LinePattern
{
    private LinePattern(string dashes) => Dashes = dashes;

    public static LinePattern Solid { get; } = new("solid");

    public static LinePattern Dashed { get; } = new("'-'");

    public static LinePattern Dotted { get; } = new("'.'");

    internal string? Dashes { get; }

    internal string ToGnuplot() => Dashes is null or "solid" ? "" : $" dashtype {Dashes}";
}
