using Bench.Lab.Evaluation;
using Bench.Lab.Signals;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;

namespace Bench.Lab.Runs;

/// <summary>Has the teacher score its own text.</summary>
internal sealed class TopKRun(UnitSession session)
{
    internal Outcome Execute(TopKUnit unit)
    {
        using var teacher = session.LoadTeacher(unit.Needs[0]);
        var sequences = session.ReadText(unit.Needs[1]);
        if (unit.Keep == Keep.Answer) sequences = [.. sequences.Select(sequence => Examples.AnswerOnly(teacher.Tokenizer, sequence))];
        var (signal, charge) = teacher.Score(sequences, unit.K, unit.Temperature, ChargeKind.TeacherScoring, session.Counting("scoring", sequences.Count));
        return session.Publish(unit, circumstances => new Outcome
        {
            Status = UnitStatus.Ok,
            Charges = [charge],
            TeacherTokens = charge.Tokens,
            TeacherQueries = sequences.Count,
            Circumstances = circumstances,
        }, folder => SignalFile.Write(Path.Combine(folder, UnitSession.TopKName), signal));
    }
}
