using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Matching of hidden states through a learned projection (Romero et al. 2015, FitNets, equation 3): a regressor maps the student's states onto the
/// teacher's. The squared error is averaged over the teacher's channels, so that a wider teacher does not weigh more.
/// </summary>
public static class HiddenStates
{
    /// <summary>The sum over the chosen rows of ½ · mean over channels of (teacher − projection · student)².</summary>
    /// <param name="states">The student's, [positions, width].</param>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="teacher">The teacher's at those positions, [n, teacher width].</param>
    /// <param name="projection">[teacher width, width], learned with the student and thrown away with the teacher.</param>
    /// <exception cref="ArgumentException">No position carries loss.</exception>
    public static Tensor Sum(Tensor states, Tensor rows, Tensor teacher, Tensor projection)
    {
        if (rows.numel() == 0) throw new ArgumentException("no position carries loss", nameof(rows));
        var projected = nn.functional.linear(states.index_select(0, rows), projection).to(ScalarType.Float32);
        return (projected - teacher).square().sum() * (0.5 / teacher.shape[1]);
    }
}
