namespace ScottPlot;

/// <summary>One side's axis.</summary>
public interface IAxis
{
    LabelStyle Label { get; }

    LabelStyle TickLabelStyle { get; }

    ITickGenerator TickGenerator { get; set; }

    double Min { get; set; }

    double Max { get; set; }
}
