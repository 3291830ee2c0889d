namespace ScottPlot;

/// <summary>Shape of a marker.</summary>
public enum MarkerShape
{
    None,
    FilledCircle,
    OpenCircle,
    FilledSquare,
    OpenSquare,
    FilledTriangleUp,
    OpenTriangleUp,
    FilledTriangleDown,
    OpenTriangleDown,
    FilledDiamond,
    OpenDiamond,
    Cross,
    Eks,
}

/// <summary>Where text stands relative to its point.</summary>
public enum Alignment
{
    UpperLeft,
    UpperCenter,
    UpperRight,
    MiddleLeft,
    MiddleCenter,
    MiddleRight,
    LowerLeft,
    LowerCenter,
    LowerRight,
}

/// <summary>A side of the figure.</summary>
public enum Edge
{
    Left,
    Right,
    Bottom,
    Top,
}

/// <summary>Dashes of a line.</summary>
public readonly record struct LinePattern
{
    private LinePattern(string dashes) => Dashes = dashes;

    public static LinePattern Solid { get; } = new("solid");

    public static LinePattern Dashed { get; } = new("'-'");

    public static LinePattern Dotted { get; } = new("'.'");

    internal string? Dashes { get; }

    internal string ToGnuplot() => Dashes is null or "solid" ? "" : $" dashtype {Dashes}";
}
