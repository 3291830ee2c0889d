using Bench.Lab.Signals;

namespace Bench.Lab.Training;

/// <summary>What a student learns from: sequences, and for a top-k objective the teacher's probabilities of their response tokens.</summary>
/// <param name="Sequences">The training examples.</param>
/// <param name="TopK">Aligned with the sequences, or null.</param>
/// <param name="TeacherFlops">What the teacher spent on each example; all zero without a teacher.</param>
public sealed record Lesson(IReadOnlyList<Sequence> Sequences, TopKSignal? TopK, IReadOnlyList<double> TeacherFlops);
