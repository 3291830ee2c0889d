using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>The limits beyond which a unit's process counts as one that hangs.</summary>
/// <param name="Seconds">The longest; null where nobody knows, as when a distant server is asked.</param>
/// <param name="Bytes">Its memory.</param>
public sealed record ResourceLimit(double? Seconds, long Bytes)
{
    private const double Patience = 20;
    private const double Least = 600;
    private const double Spare = 1.5;
    private const double Step = 256 << 20;

    /// <summary>
    /// The experiment's own limit, else the prediction with so much room that only a stuck process exceeds it. It comes
    /// in a few sizes, so that units share them.
    /// </summary>
    public static ResourceLimit Of(ExperimentSpec spec, UnitOfWork unit)
    {
        var bytes = spec.Resources.MemoryMib is { } stated
            ? stated * 1048576
            : Math.Ceiling(Spare * unit.Prediction.PeakBytes / Step) * Step;
        if (spec.Resources.Seconds is { } seconds)
            return new ResourceLimit(seconds, (long)bytes);
        return new ResourceLimit(
            AsksServer(unit)
                ? null
                : Least * Math.Pow(2, Math.Ceiling(Math.Log2(1 + Patience * unit.Prediction.Seconds.Value / Least))),
            (long)bytes
        );
    }

    /// <summary>A larger one, for a unit to which this was too small.</summary>
    public ResourceLimit Times(double time, double memory) => new(time * Seconds, (long)(memory * Bytes));

    private static bool AsksServer(UnitOfWork unit) =>
        unit is TeacherUnit { Teacher.Endpoint: not null } or TextUnit { Teacher.Endpoint: not null };
}
