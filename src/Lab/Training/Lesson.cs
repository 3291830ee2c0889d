using Bench.Lab.Models;
using Bench.Lab.Signals;

namespace Bench.Lab.Training;

/// <summary>The material, prepared before, that a student learns from.</summary>
/// <param name="Sequences">The training examples in the student's tokens.</param>
/// <param name="Teacher">The teacher's work for each example; none without a teacher.</param>
internal sealed record Lesson(IReadOnlyList<Sequence> Sequences, IReadOnlyList<TeacherWork> Teacher) : IDisposable
{
    /// <summary>The teacher's probabilities, aligned with the sequences.</summary>
    internal TeacherProbabilities? Probabilities { get; init; }

    /// <summary>The teacher's activations, aligned with the sequences.</summary>
    internal TeacherStates? States { get; init; }

    /// <summary>The teacher's own sequences, where its tokens are not the student's.</summary>
    internal IReadOnlyList<Sequence>? TeacherSequences { get; init; }

    /// <summary>Weights of the sequences' tokens in the loss; null for all 1.</summary>
    internal IReadOnlyList<double>? Weights { get; init; }

    /// <summary>
    /// Requests to the teacher for each example: more than one where not every response is kept, a part of one where a
    /// response makes several examples.
    /// </summary>
    internal double QueriesEach { get; init; }

    /// <summary>A lesson without a teacher.</summary>
    internal static Lesson Of(IReadOnlyList<Sequence> sequences) => new(sequences, new TeacherWork[sequences.Count]);

    /// <summary>The same without the sequences beyond a number.</summary>
    internal Lesson Take(int count) =>
        count >= Sequences.Count ? this : this with { Sequences = [.. Sequences.Take(count)] };

    public void Dispose()
    {
        Probabilities?.Dispose();
        States?.Dispose();
    }
}
