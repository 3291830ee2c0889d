using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Units;

namespace Bench.Protocol.Objectives;

/// <summary>Matching of hidden states through a learned projection.</summary>
[Named("hidden-states", "matches hidden states through a learned projection")]
public sealed record HiddenStates : ActivationMatching
{
    /// <inheritdoc/>
    public override string Paper => "Romero et al. 2015, FitNets, equation 3";

    /// <inheritdoc/>
    public override bool MatchesAttention => false;

    /// <summary>
    /// The projection of each row; its gradient and the gradient of what it projects cost as much each.
    /// </summary>
    public override Flops Beside(ModelShape student, ModelShape teacher, int sequences, int tokens, double rows) =>
        new(3 * 2.0 * rows * student.Width * teacher.Width);

    /// <inheritdoc/>
    protected override int DefaultLayer(ModelShape shape) => (shape.Layers + 1) / 2;
}
