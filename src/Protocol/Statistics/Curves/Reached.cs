namespace Bench.Protocol.Statistics.Curves;

/// <summary>Where a curve reaches a score.</summary>
/// <param name="Cost">The cost; null where it does not, within what was measured.</param>
/// <param name="Below">The largest measured cost at which it has not; null where the first already has.</param>
/// <param name="From">The least measured cost at which it has; null where none has.</param>
public sealed record Reached(double? Cost, double? Below, double? From)
{
    /// <summary>Whether the first cost already reaches it: it costs that much or less.</summary>
    public bool IsAtMost => Cost is not null && Below is null;
}
