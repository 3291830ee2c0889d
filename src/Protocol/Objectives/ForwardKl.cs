using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Objectives;

/// <summary>Forward Kullback-Leibler divergence KL(teacher ‖ student).</summary>
[Named("forward-kl", "KL(teacher ‖ student)")]
public sealed record ForwardKl : Divergence
{
    /// <inheritdoc/>
    public override string Paper => "Hinton, Vinyals and Dean 2015, section 2";

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Signals => [typeof(TopK), typeof(Sampled), typeof(OnPolicy)];
}
