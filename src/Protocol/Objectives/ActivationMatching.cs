using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Objectives;

/// <summary>
/// Matching of one layer's activations with those of a layer of the teacher. It leaves the output head untrained, so
/// some cross-entropy on the text is always mixed in.
/// </summary>
public abstract record ActivationMatching : Objective
{
    /// <summary>The student's layer, from 1; 0 for the one that the objective chooses.</summary>
    [Key(
        "student-layer",
        "the student's layer, from 1",
        Low = 0,
        High = 512,
        Neutral = 0,
        Default = "chosen by the objective"
    )]
    public int StudentLayer { get; init; }

    /// <summary>The teacher's layer, from 1; 0 for the one that the objective chooses.</summary>
    [Key(
        "teacher-layer",
        "the teacher's layer, from 1",
        Low = 0,
        High = 512,
        Neutral = 0,
        Default = "chosen by the objective"
    )]
    public int TeacherLayer { get; init; }

    [Key("cross-entropy-weight", "share of cross-entropy on the text in the loss", Low = 0.01, High = 0.99)]
    public double CrossEntropyWeight { get; init; } = 0.5;

    /// <summary>
    /// Whether queries, keys and values of the layer's attention are matched; else the layer's output.
    /// </summary>
    public abstract bool MatchesAttention { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Signals => [typeof(Activations)];

    /// <inheritdoc/>
    public override double TextShare => CrossEntropyWeight;

    /// <summary>The layer that is matched, from 1: the named one, or the one that the objective chooses.</summary>
    public int LayerOf(int named, ModelShape shape) => named > 0 ? named : DefaultLayer(shape);

    /// <summary>Says why two models cannot be matched; null where they can.</summary>
    public virtual string? Mismatch(string name, ModelShape shape) => null;

    /// <summary>The layer that is matched where none is named.</summary>
    protected abstract int DefaultLayer(ModelShape shape);
}
