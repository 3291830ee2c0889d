namespace ScottPlot.TickGenerators;

/// <summary>Ticks wherever the renderer finds them good.</summary>
public sealed class NumericAutomatic : ITickGenerator;
