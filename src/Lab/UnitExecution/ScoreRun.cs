using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;

namespace Bench.Lab.UnitExecution;

/// <summary>Has a teacher read its own text: probabilities of some tokens, or activations of one layer.</summary>
internal sealed class ScoreRun(UnitSession session)
{
    private static readonly Seed DrawSeed = new(4);

    internal Outcome Execute(ScoreUnit unit)
    {
        if (session.TeacherOf(unit) is { Teacher.Kind: TeacherKind.Endpoint }) return Told(unit);
        using var teacher = session.LoadReadingTeacher(unit);
        var sequences = session.ReadText(unit, unit.Keep, teacher.Tokenizer);
        return Execute(unit, teacher, teacher.Shape.Vocabulary, sequences);
    }

    // A server told its probabilities as it wrote: they came with the text, and are paid for with it.
    private Outcome Told(ScoreUnit unit)
    {
        var text = unit.Needs.OfType<TextUnit>().Single();
        var sequences = session.ReadText(text);
        return session.Publish(unit, folder =>
        {
            using var told = new TeacherProbabilities(Path.Combine(session.EntryOf(text), UnitSession.ScoresName));
            using var writer = new TeacherProbabilities.Writer(Path.Combine(folder, UnitSession.ScoresName), sequences.Count, unit.K, told.Vocabulary, unit.Temperature, sampled: false);
            for (var i = 0; i < sequences.Count; i++)
            {
                var length = sequences[i].ResponseLength;
                var (tokens, values) = (new long[length * told.K], new float[length * told.K]);
                told.Read(i, tokens, values);
                writer.Write(
                    i, [.. Enumerable.Range(0, length).SelectMany(t => tokens.AsSpan(t * told.K, unit.K).ToArray())], [.. Enumerable.Range(0, length).SelectMany(t => values.AsSpan(t * told.K, unit.K).ToArray())]);
            }

            writer.Complete();
            return circumstances => new Outcome { Status = UnitStatus.Ok, Circumstances = circumstances };
        });
    }

    /// <summary>Has any reader score sequences.</summary>
    internal Outcome Execute(ScoreUnit unit, IReader reader, int vocabulary, IReadOnlyList<Sequence> sequences)
    {
        var progress = session.Counting("scoring", sequences.Count);
        return Publish(unit, sequences, UnitSession.ScoresName, path => unit.Sampled
            ? TokenSignals.WriteSampled(reader, vocabulary, sequences, path, unit.K, unit.Temperature, unit.Proposal, DrawSeed, ChargeKind.TeacherScoring, progress)
            : TokenSignals.WriteTopK(reader, vocabulary, sequences, path, unit.K, unit.Temperature, ChargeKind.TeacherScoring, progress));
    }

    internal Outcome Execute(StateUnit unit)
    {
        using var teacher = session.LoadReadingTeacher(unit);
        var sequences = session.ReadText(unit, unit.Keep, teacher.Tokenizer);
        return Publish(unit, sequences, UnitSession.StatesName, path => TokenSignals.WriteStates(
            teacher, sequences, path, unit.Layer, unit.Attention, ChargeKind.TeacherScoring, session.Counting("reading", sequences.Count)));
    }

    // The signal is written where it will stay, as it comes: it may be larger than memory.
    private Outcome Publish(UnitOfWork unit, IReadOnlyList<Sequence> sequences, string name, Func<string, Charge> write) => session.Publish(unit, folder =>
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
    });
}
