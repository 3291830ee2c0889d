using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Tasks;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;

namespace Bench.Lab.UnitExecution;

/// <summary>Has a teacher read its own text: probabilities of some tokens, or activations of one layer.</summary>
internal sealed class ReadingExecutor(UnitSession session)
{
    internal Outcome Execute(ProbabilityUnit unit)
    {
        if (session.TeacherOf(unit) is { Teacher.Kind: TeacherKind.Endpoint })
            return Told(unit);
        using var teacher = session.LoadReadingTeacher(unit);
        var sequences = session.ReadText(unit, unit.Keep);
        var (vocabulary, progress) = (teacher.Shape.Vocabulary, session.Counting("reading", sequences.Count));
        return Publish(
            unit,
            sequences,
            EntryNames.Probabilities,
            path =>
                unit.Proposal is { } proposal
                    ? TokenSignals.WriteSampled(
                        teacher,
                        vocabulary,
                        sequences,
                        path,
                        unit.Entries,
                        unit.Temperature,
                        proposal,
                        TaskSeeds.Start,
                        ChargeKind.TeacherScoring,
                        progress
                    )
                    : TokenSignals.WriteTopK(
                        teacher,
                        vocabulary,
                        sequences,
                        path,
                        unit.Entries,
                        unit.Temperature,
                        ChargeKind.TeacherScoring,
                        progress
                    )
        );
    }

    internal Outcome Execute(StateUnit unit)
    {
        using var teacher = session.LoadReadingTeacher(unit);
        var sequences = session.ReadText(unit, unit.Keep);
        return Publish(
            unit,
            sequences,
            EntryNames.States,
            path =>
                TokenSignals.WriteStates(
                    teacher,
                    sequences,
                    path,
                    unit.Layer,
                    unit.Attention,
                    ChargeKind.TeacherScoring,
                    session.Counting("reading", sequences.Count)
                )
        );
    }

    // A server told its probabilities as it wrote: they came with the text, and are paid for with it.
    private Outcome Told(ProbabilityUnit unit)
    {
        var text = unit.Needs.OfType<TextUnit>().Single();
        var sequences = session.ReadText(text);
        return session.Publish(
            unit,
            folder =>
            {
                using var told = new TeacherProbabilities(
                    Path.Combine(session.EntryOf(text), EntryNames.Probabilities)
                );
                using var writer = new TeacherProbabilities.Writer(
                    Path.Combine(folder, EntryNames.Probabilities),
                    sequences.Count,
                    unit.Entries,
                    told.Vocabulary,
                    unit.Temperature,
                    sampled: false
                );
                for (var i = 0; i < sequences.Count; i++)
                {
                    var length = sequences[i].ResponseLength;
                    var (tokens, values) = (new long[length * told.K], new float[length * told.K]);
                    told.Read(i, tokens, values);
                    writer.Write(
                        i,
                        [
                            .. Enumerable
                                .Range(0, length)
                                .SelectMany(t => tokens.AsSpan(t * told.K, unit.Entries).ToArray()),
                        ],
                        [
                            .. Enumerable
                                .Range(0, length)
                                .SelectMany(t => values.AsSpan(t * told.K, unit.Entries).ToArray()),
                        ]
                    );
                }

                writer.Complete();
                return circumstances => new Outcome { Status = UnitStatus.Ok, Circumstances = circumstances };
            }
        );
    }

    // The signal is written where it will stay, as it comes: it may be larger than memory.
    private Outcome Publish(
        UnitOfWork unit,
        IReadOnlyList<Sequence> sequences,
        string name,
        Func<string, Charge> write
    ) =>
        session.Publish(
            unit,
            folder =>
            {
                var charge = write(Path.Combine(folder, name));
                return circumstances => new Outcome
                {
                    Status = UnitStatus.Ok,
                    Charges = [charge],
                    TeacherTokens = charge.Tokens,
                    TeacherQueries = sequences.Count,
                    Circumstances = circumstances,
                };
            }
        );
}
