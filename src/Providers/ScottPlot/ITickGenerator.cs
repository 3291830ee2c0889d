namespace ScottPlot;

/// <summary>Where an axis has ticks.</summary>
public interface ITickGenerator;
