using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Signals;
using Bench.Protocol.Units;

namespace Bench.Protocol.Objectives;

/// <summary>
/// The loss that a student minimises: its keys, the signals it takes, and what it computes besides the student. A
/// subclass is one file here and one in Lab/Objectives that computes it; the catalogue finds both.
/// </summary>
public abstract record Objective
{
    /// <summary>The name in files.</summary>
    public string Name => Catalogue<Objective>.NameOf(GetType());

    /// <summary>Where it was published, and the equation.</summary>
    public abstract string Paper { get; }

    /// <summary>The kinds of signals that it can learn from.</summary>
    public abstract IReadOnlyList<Type> Signals { get; }

    /// <summary>The temperature at which a teacher's probabilities are taken.</summary>
    public virtual double TeacherTemperature => 1;

    /// <summary>The share of cross-entropy on the text in the loss, 0 to 1.</summary>
    public virtual double TextShare => 0;

    /// <summary>
    /// Whether it pairs the teacher's tokens with the student's, so that both must have one vocabulary.
    /// </summary>
    public virtual bool PairsTokens => true;

    /// <summary>
    /// The weight of the reasoning where each trace is two examples, one of its answer and one of its reasoning; null
    /// where a trace is one. Such a student answers without reasoning.
    /// </summary>
    public virtual double? RationaleWeight => null;

    /// <summary>FLOPs, forward and backward, of its own products for some sequences; 0 where it has none.</summary>
    /// <param name="student">The student's shape.</param>
    /// <param name="teacher">The shape of the teacher whose activations were kept.</param>
    /// <param name="sequences">How many.</param>
    /// <param name="tokens">Tokens of each, padding included.</param>
    /// <param name="rows">Tokens that carry loss, in all sequences together.</param>
    public virtual Flops Beside(ModelShape student, ModelShape teacher, int sequences, int tokens, double rows) =>
        Flops.Zero;

    /// <summary>Notes or throws what is wrong with it for a signal that it takes.</summary>
    internal virtual void CheckWith(Signal signal, SpecMapping section) { }
}
