namespace ScottPlot.TickGenerators;

/// <summary>Ticks at given places.</summary>
public sealed class NumericManual(double[] positions, string[] labels) : ITickGenerator
{
    internal double[] Positions { get; } = positions;

    internal string[] Labels { get; } = labels;
}
