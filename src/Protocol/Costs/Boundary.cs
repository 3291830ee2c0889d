using Bench.Protocol.Units;

namespace Bench.Protocol.Costs;

/// <summary>Which kinds of cost a run's total adds up: who carries what is decided here alone.</summary>
/// <param name="Kinds">The kinds that count.</param>
public sealed record Boundary(IReadOnlyList<ChargeKind> Kinds)
{
    /// <summary>The student's training, and nothing of its teacher.</summary>
    public static Boundary StudentAlone { get; } = new([ChargeKind.StudentTraining]);

    /// <summary>The teacher's text and probabilities too; the default.</summary>
    public static Boundary WithUse { get; } =
        new([ChargeKind.StudentTraining, ChargeKind.TeacherGeneration, ChargeKind.TeacherScoring]);

    /// <summary>The teacher's training too.</summary>
    public static Boundary WithTraining { get; } = new([.. WithUse.Kinds, ChargeKind.TeacherTraining]);

    /// <summary>All that was spent.</summary>
    public static Boundary Everything { get; } = new([.. Enum.GetValues<ChargeKind>()]);

    /// <summary>
    /// The part of this boundary that one student's training and its teacher's work make up: what grows with a student
    /// is left out.
    /// </summary>
    public Boundary OfTeacher => new([ChargeKind.StudentTraining, .. Kinds.Where(IsOfTeacher)]);

    /// <summary>The kinds that are spent once, however many tokens a student learns.</summary>
    public Boundary Fixed =>
        new([
            .. Kinds.Where(kind =>
                kind
                    is ChargeKind.TeacherTraining
                        or ChargeKind.Tuning
                        or ChargeKind.Evaluation
                        or ChargeKind.StudentPretraining
            ),
        ]);

    /// <summary>Whether it counts a kind of cost.</summary>
    public bool Counts(ChargeKind kind) => Kinds.Contains(kind);

    /// <summary>
    /// Whether a run carries the training of its teacher: a teacher is paid once, and each student that it taught is
    /// charged for it.
    /// </summary>
    /// <param name="isTaught">Whether the run learnt from a teacher.</param>
    public bool CarriesTeacherTraining(bool isTaught) => isTaught && Counts(ChargeKind.TeacherTraining);

    /// <summary>
    /// The charges that a run carries: its own, and its teacher's training where this boundary counts that.
    /// </summary>
    /// <param name="isTaught">Whether the run learnt from a teacher.</param>
    /// <param name="own">The run's own charges.</param>
    /// <param name="ofTeacher">The charges of its teacher's unit.</param>
    public IReadOnlyList<Charge> ChargedTo(bool isTaught, IReadOnlyList<Charge> own, IEnumerable<Charge> ofTeacher) =>
        CarriesTeacherTraining(isTaught)
            ? [.. own, .. ofTeacher.Where(charge => charge.Kind == ChargeKind.TeacherTraining)]
            : own;

    /// <summary>The charges inside it.</summary>
    public IEnumerable<Charge> Inside(IEnumerable<Charge> charges) => charges.Where(charge => Counts(charge.Kind));

    /// <summary>The FLOPs of the charges inside it.</summary>
    public Flops Total(IEnumerable<Charge> charges) => new(Inside(charges).Sum(charge => charge.Flops.Value));

    /// <summary>As a line of text.</summary>
    public override string ToString() => string.Join(", ", Kinds.Select(Charge.NameOf));

    private static bool IsOfTeacher(ChargeKind kind) =>
        kind is ChargeKind.TeacherTraining or ChargeKind.TeacherGeneration or ChargeKind.TeacherScoring;
}
