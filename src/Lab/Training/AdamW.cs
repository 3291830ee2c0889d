using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Lab.Training;

/// <summary>
/// AdamW over parameters, with clipping by the gradient's global norm. Vectors (norms, biases) are not decayed. Moments
/// are float32, and so is the copy of a parameter of lower precision that the steps are taken on: small steps would
/// vanish in its rounding.
/// </summary>
internal sealed unsafe class AdamW : IDisposable
{
    private readonly OptimiserSpec spec;
    private readonly Compute compute;
    private readonly IReadOnlyList<Tensor> gradients;
    private readonly Slot[] slots;
    private readonly Place[] places;
    private int step;

    /// <param name="parameters">The tensors to change.</param>
    /// <param name="gradients">Contiguous, one for each parameter, and the same tensors at every step.</param>
    /// <param name="compute">Where they lie.</param>
    /// <param name="spec">Its numbers.</param>
    internal AdamW(
        IReadOnlyList<Tensor> parameters,
        IReadOnlyList<Tensor> gradients,
        Compute compute,
        OptimiserSpec spec
    )
    {
        (this.spec, this.compute, this.gradients) = (spec, compute, gradients);
        slots =
        [
            .. parameters.Select(parameter => new Slot(
                Parameter: parameter,
                Master: Master(parameter),
                First: Moment(parameter),
                Second: Moment(parameter),
                Decay: parameter.shape.Length > 1 ? spec.WeightDecay : 0
            )),
        ];
        places = compute.Fused
            ?
            [
                .. slots.Zip(
                    gradients,
                    (slot, gradient) =>
                        new Place(
                            slot.Parameter.Pointer(),
                            gradient.Pointer(),
                            slot.First.Pointer(),
                            slot.Second.Pointer(),
                            slot.Parameter.numel()
                        )
                ),
            ]
            : [];
    }

    /// <summary>Applies the gradients as they are now.</summary>
    /// <returns>The norm of the gradient before clipping; where it is not a number, nothing was changed.</returns>
    internal double Step(double learningRate)
    {
        using var quiet = no_grad();
        var norm = Norm();
        if (!double.IsFinite(norm))
            return norm;
        var scale = norm > spec.ClipNorm ? spec.ClipNorm / norm : 1;
        step++;
        var numbers = new AdamWStep.Numbers(
            LearningRate: (float)learningRate,
            Beta1: (float)spec.Beta1,
            Beta2: (float)spec.Beta2,
            Decay: 0,
            Correction1: (float)(1 - Math.Pow(spec.Beta1, step)),
            Correction2: (float)(1 - Math.Pow(spec.Beta2, step)),
            GradientScale: (float)scale
        );
        for (var i = 0; i < slots.Length; i++)
        {
            var (parameter, master, first, second, decay) = slots[i];
            var mine = numbers with { Decay = (float)decay };
            if (compute.Fused)
                AdamWStep.Apply(
                    places[i].Parameter,
                    places[i].Gradient,
                    places[i].First,
                    places[i].Second,
                    places[i].Count,
                    mine
                );
            else
                AdamWStep.Apply(master ?? parameter, gradients[i], first, second, mine);
            if (master is not null)
                parameter.copy_(master);
        }

        return norm;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, master, first, second, _) in slots)
        {
            master?.Dispose();
            first.Dispose();
            second.Dispose();
        }
    }

    private double Norm()
    {
        if (compute.Fused)
            return Math.Sqrt(places.Sum(place => Simd.Squares(place.Gradient, place.Count)));
        using var scope = NewDisposeScope();
        return Math.Sqrt(
            gradients.Sum(gradient => (double)gradient.to(ScalarType.Float32).square().sum().to(CPU).item<float>())
        );
    }

    private static Tensor Moment(Tensor like) =>
        zeros(like.shape, dtype: ScalarType.Float32, device: like.device).DetachFromDisposeScope();

    private static Tensor? Master(Tensor parameter) =>
        parameter.dtype == ScalarType.Float32
            ? null
            : parameter.detach().to(ScalarType.Float32).DetachFromDisposeScope();

    private sealed record Slot(Tensor Parameter, Tensor? Master, Tensor First, Tensor Second, double Decay);

    // Where a slot's tensors lie; asking them at every step would take as long as small steps do.
    private readonly struct Place(float* parameter, float* gradient, float* first, float* second, long count)
    {
        internal float* Parameter => parameter;

        internal float* Gradient => gradient;

        internal float* First => first;

        internal float* Second => second;

        internal long Count => count;
    }
}
