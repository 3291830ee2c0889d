using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// A divergence between the teacher's p and the student's q that is a sum over outcomes. Logarithms are given because
/// they are exact where a probability has underflowed; an outcome of probability 0 under both contributes 0.
/// </summary>
internal interface IDivergence
{
    /// <summary>The outcome's term.</summary>
    Vector512<float> Value(Vector512<float> p, Vector512<float> logP, Vector512<float> q, Vector512<float> logQ);

    /// <summary>Its derivative with respect to log q.</summary>
    Vector512<float> Slope(Vector512<float> p, Vector512<float> logP, Vector512<float> q, Vector512<float> logQ);

    /// <summary>The terms from torch's own operations.</summary>
    Tensor Value(Tensor p, Tensor logP, Tensor q, Tensor logQ);
}
