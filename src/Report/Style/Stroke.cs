namespace Bench.Report.Style;

/// <summary>How a line is drawn.</summary>
internal enum Stroke
{
    Solid,
    Dashed,
    Dotted,
}
