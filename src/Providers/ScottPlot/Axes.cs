#pragma warning disable CA1819
namespace ScottPlot
{
    /// <summary>Style of a label.</summary>
    public sealed class LabelStyle
    {
        public string Text { get; set; } = "";

        public float FontSize { get; set; } = 12;
    }

    /// <summary>Where an axis has ticks.</summary>
    public interface ITickGenerator;

    /// <summary>One side's axis.</summary>
    public sealed class Axis
    {
        public LabelStyle Label { get; } = new();

        public LabelStyle TickLabelStyle { get; } = new();

        public ITickGenerator? TickGenerator { get; set; }

        internal double Min { get; set; } = double.NaN;

        internal double Max { get; set; } = double.NaN;
    }

    /// <summary>The axes of a figure.</summary>
    public sealed class AxisManager
    {
        public Axis Bottom { get; } = new();

        public Axis Left { get; } = new();

        public void SetLimits(double left, double right, double bottom, double top)
        {
            (Bottom.Min, Bottom.Max) = (left, right);
            (Left.Min, Left.Max) = (bottom, top);
        }
    }

    /// <summary>The legend's style.</summary>
    public sealed class Legend
    {
        public float FontSize { get; set; } = 12;
    }
}

namespace ScottPlot.TickGenerators
{
    /// <summary>Ticks at given places.</summary>
    public sealed class NumericManual(double[] positions, string[] labels) : ITickGenerator
    {
        internal double[] Positions { get; } = positions;

        internal string[] Labels { get; } = labels;
    }
}
