using Bench.Protocol.Reading;

namespace Bench.Protocol.Signals;

/// <summary>The teacher's activations at each token of its text. The objective says of which layer.</summary>
[Named("hidden", "the teacher's activations at each token of its text")]
public sealed record Activations : Signal
{
    /// <inheritdoc/>
    public override TeacherAccess Asks => TeacherAccess.Activations;
}
