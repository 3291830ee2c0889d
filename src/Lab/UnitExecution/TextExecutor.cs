using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Tasks;
using Bench.Lab.Teachers;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;

namespace Bench.Lab.UnitExecution;

/// <summary>
/// Has a teacher write responses to each training prompt and keeps those that its sampling selects; or reads what it
/// wrote before.
/// </summary>
internal sealed class TextExecutor(UnitSession session)
{
    private readonly ExperimentSpec spec = session.Spec;

    internal Outcome Execute(TextUnit unit) =>
        session.Publish(
            unit,
            folder =>
            {
                var text = unit.Teacher.Kind switch
                {
                    TeacherKind.Traces => Recorded(unit, folder),
                    TeacherKind.Endpoint when unit.Alternatives > 0 => Told(unit, folder),
                    _ => Written(unit),
                };
                if (text.Sequences.Count == 0)
                    throw new LabException(
                        $"none of {unit.Teacher.Name}'s {text.Asked} responses was kept; sample more, or select all"
                    );
                SequenceFile.Write(Path.Combine(folder, EntryNames.Text), text.Sequences);
                return circumstances => new Outcome
                {
                    Status = UnitStatus.Ok,
                    Charges = text.Charges,
                    TeacherTokens = text.Sequences.Sum(sequence => (long)sequence.ResponseLength),
                    TeacherQueries = text.Asked,
                    Circumstances = circumstances,
                };
            }
        );

    /// <summary>Writes a teacher's responses to the pool of prompts, and keeps those that sampling selects.</summary>
    /// <param name="teacher">The writing teacher.</param>
    /// <param name="sampling">How.</param>
    /// <param name="shares">Shares of the prompts by task; null for equal ones.</param>
    /// <param name="tokenizer">Of the text.</param>
    /// <param name="seed">Of the draws.</param>
    internal WrittenText Write(
        ITeacher teacher,
        SamplingSpec sampling,
        IReadOnlyDictionary<string, double>? shares,
        ITokenizer tokenizer,
        Seed seed
    )
    {
        var asked = session.Tasks.Assign(sampling, shares, spec.Prompts, tokenizer);
        var (responses, charge) = teacher.Write(
            asked.Prompts,
            asked.Limit,
            asked.End,
            sampling,
            seed,
            ChargeKind.TeacherGeneration,
            session.Counting("writing", asked.Prompts.Count),
            asked.Texts
        );
        Sequence[] sequences =
        [
            .. asked.Prompts.Zip(
                responses,
                (prompt, response) => new Sequence([.. prompt, .. response], prompt.Length)
            ),
        ];
        if (sampling.Select != Selection.Likeliest)
            return new([.. asked.Kept(responses).Select(i => sequences[i])], [charge], sequences.Length);
        var (scores, reading) = ((IReadingTeacher)teacher).Predict(sequences, ChargeKind.TeacherGeneration);
        var best = Enumerable
            .Range(0, sequences.Length)
            .Chunk(sampling.Samples)
            .Select(own => own.MaxBy(i => scores[i].LogProbabilities.Average()));
        return new([.. best.Select(i => sequences[i])], [charge.Plus(reading)], sequences.Length);
    }

    private WrittenText Written(TextUnit unit)
    {
        using var teacher = session.LoadTeacher(unit);
        var text = Write(teacher, unit.Sampling, unit.Shares, session.Tasks.Tokenizer, TaskSeeds.Training);
        if (unit.Sampling.Canaries is not { } canaries)
            return text;
        var planted = canaries.Plant(
            [.. text.Sequences.Select(sequence => sequence.Tokens[sequence.Start..])],
            session.Tasks.Tokenizer.Size
        );
        return text with
        {
            Sequences =
            [
                .. planted.Zip(
                    text.Sequences,
                    (response, sequence) =>
                        new Sequence([.. sequence.Tokens[..sequence.Start], .. response], sequence.Start)
                ),
            ],
        };
    }

    // A server tells its probabilities as it writes: both are kept.
    private WrittenText Told(TextUnit unit, string folder)
    {
        using var teacher = (EndpointTeacher)session.LoadTeacher(unit);
        var tokenizer = teacher.Tokenizer;
        var asked = session.Tasks.Assign(unit.Sampling, unit.Shares, spec.Prompts, tokenizer);
        var (responses, charge, alternatives) = teacher.Converse(
            asked.Prompts,
            asked.Limit,
            asked.End,
            unit.Sampling,
            TaskSeeds.Training,
            unit.Alternatives,
            ChargeKind.TeacherGeneration,
            session.Counting("asking", asked.Prompts.Count),
            asked.Texts
        );
        var kept = asked.Kept(responses);
        using var writer = new TeacherProbabilities.Writer(
            Path.Combine(folder, EntryNames.Probabilities),
            kept.Count,
            unit.Alternatives,
            tokenizer.Size,
            1,
            sampled: false
        );
        foreach (var (i, number) in kept.Index())
        {
            var (tokens, values) = TopK(responses[number], alternatives(number), unit.Alternatives);
            writer.Write(i, tokens, values);
        }

        writer.Complete();
        return new(
            [.. kept.Select(i => new Sequence([.. asked.Prompts[i], .. responses[i]], asked.Prompts[i].Length))],
            [charge],
            asked.Prompts.Count
        );
    }

    // Tokens that the server omits get probability 0. If it hides the end token, that token gets probability 1.
    private static (long[] Tokens, float[] Values) TopK(
        int[] response,
        IReadOnlyList<(int Token, float Probability)[]> alternatives,
        int k
    )
    {
        var (tokens, values) = (new long[response.Length * k], new float[response.Length * k]);
        for (var t = 0; t < response.Length; t++)
        {
            (int Token, float Probability)[] told = t < alternatives.Count ? alternatives[t] : [(response[t], 1f)];
            var others = Enumerable.Range(0, k + told.Length).Except(told.Select(entry => entry.Token)).GetEnumerator();
            for (var i = 0; i < k; i++)
            {
                if (i >= told.Length)
                    others.MoveNext();
                (tokens[t * k + i], values[t * k + i]) = i < told.Length ? told[i] : (others.Current, 0f);
            }
        }

        return (tokens, values);
    }

    // Nobody knows what a recorded teacher spent: no charge. The cost of what another teacher of the experiment wrote
    // is known.
    private WrittenText Recorded(TextUnit unit, string folder)
    {
        if (unit.Needs.OfType<TextUnit>().SingleOrDefault() is not { } source)
        {
            var traces = TraceFile.Read(session.Files.Locate(unit.Teacher.Traces!));
            Sequence[] kept = [.. traces.Select(session.Tasks.Recorded()).OfType<Sequence>().Take(spec.Prompts)];
            return new(kept, [], kept.Length);
        }

        var outcome = session.OutcomeOf(source);
        var sequences = session.Tasks.ThroughWords(Path.Combine(folder, EntryNames.Traces), session.ReadText(source));
        return new(sequences, outcome.Charges, (int)outcome.TeacherQueries!);
    }
}
