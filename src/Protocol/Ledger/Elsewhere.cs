using Bench.Protocol.Costs;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Protocol.Ledger;

/// <summary>
/// The work of teachers that was done elsewhere, charged to the runs that learnt from it as ranges. FLOPs of
/// writing are
/// 2·N·T and what attention adds, or counted from the teacher's configuration; of training 6·N·D (Kaplan et al. 2020).
/// Dollars are the price of what was written, or FLOPs at the experiment's prices.
/// </summary>
internal static class Elsewhere
{
    // Positions over which attention is counted at most.
    private const int Longest = 16_384;

    /// <summary>The rows of all runs that learnt from such a teacher.</summary>
    internal static IReadOnlyList<ElsewhereRow> Rows(
        Plan plan,
        IReadOnlyList<RunRow> runs,
        IReadOnlyList<ChargeRow> charges
    )
    {
        var asked = charges
            .Where(row => row.Kind == Charge.NameOf(ChargeKind.TeacherGeneration))
            .ToLookup(row => row.Run, StringComparer.Ordinal);
        return
        [
            .. runs.Where(run => run is { Status: RunRow.Ok, TeacherTokens: not null })
                .SelectMany(run =>
                    plan.Spec.Teachers.FirstOrDefault(known => known.Name == run.Teacher)
                        is { IsElsewhere: true } teacher
                        ? new Teacher(plan, teacher).Of(run, asked[run.Run].FirstOrDefault())
                        : []
                ),
        ];
    }

    private sealed class Teacher(Plan plan, TeacherSpec teacher)
    {
        private readonly ElsewhereSpec known = teacher.Elsewhere ?? new ElsewhereSpec();
        private readonly Accelerator prices = plan.Spec.Prices;

        internal IEnumerable<ElsewhereRow> Of(RunRow run, ChargeRow? asked)
        {
            var counted = ElsewhereRange.Tokens;
            // A server counts in its own tokens.
            var tokens = asked is null ? run.TeacherTokens!.Value * counted.Bounds : Bounds.Exactly(asked.Tokens);
            string[] because = asked is null ? [counted.Reason] : [];
            yield return Written(run, "written", tokens, asked?.Usd, because);
            if (known.RowsEach > 1)
                yield return Written(
                    run,
                    "selected away",
                    (known.RowsEach - 1) * (tokens * ElsewhereRange.Discarded.Bounds),
                    null,
                    [.. because, ElsewhereRange.Discarded.Reason]
                );
            yield return Trained(run);
        }

        private ElsewhereRow Written(RunRow run, string work, Bounds tokens, double? paid, string[] because)
        {
            var (each, reasons) = PerToken();
            var flops = tokens * each;
            var engine = ElsewhereRange.Writing(Names<Engine>.Of(known.Engine));
            var usd =
                paid is { } sum ? Bounds.Exactly(sum)
                : known.UsdPerMillionTokens is { } price ? price / 1e6 * tokens
                : Rent(flops, Work.Writing, engine.Bounds);
            return Row(
                run,
                work,
                ChargeKind.TeacherGeneration,
                (tokens, flops, usd),
                [
                    .. because,
                    .. reasons,
                    .. paid is null && known.UsdPerMillionTokens is null && flops is not null
                        ? [engine.Reason]
                        : Array.Empty<string>(),
                    .. flops is null && usd is null
                        ? ["not known, and not nothing: elsewhere: says neither parameters, config nor a price"]
                        : Array.Empty<string>(),
                ]
            );
        }

        private ElsewhereRow Trained(RunRow run)
        {
            var range = ElsewhereRange.TrainingTokens;
            var tokens = known.TrainingTokens is { } told ? Bounds.Exactly(told) : range.Bounds;
            var (parameters, reasons) = Parameters();
            var flops = parameters is { } size ? 6 * (size * tokens) : (Bounds?)null;
            return Row(
                run,
                "trained",
                ChargeKind.TeacherTraining,
                (tokens, flops, Rent(flops, Work.Training, ElsewhereRange.Training.Bounds)),
                [
                    .. known.TrainingTokens is null ? [range.Reason] : Array.Empty<string>(),
                    .. reasons,
                    flops is null
                        ? "not known, and not nothing: elsewhere: says neither parameters nor config"
                        : ElsewhereRange.Training.Reason,
                ]
            );
        }

        private Bounds? Rent(Bounds? flops, Work work, Bounds factor) =>
            prices.UsdPerHour / (3600 * prices.Rate(work)) * (flops / factor);

        private (Bounds? PerToken, string[] Reasons) PerToken()
        {
            if (plan.ShapesElsewhere.TryGetValue(teacher.Name, out var shape))
            {
                var longest = Math.Min(shape.Context ?? Longest, Longest);
                return (
                    new Bounds(ModelFlops.LinearPerToken(shape), ModelFlops.Forward(shape, longest).Value / longest),
                    [$"attention over none to {longest} tokens"]
                );
            }

            var (parameters, reasons) = Parameters();
            return parameters is { } size
                ? (2 * (size * ElsewhereRange.Attention.Bounds), [.. reasons, ElsewhereRange.Attention.Reason])
                : (null, []);
        }

        private (Bounds? Parameters, string[] Reasons) Parameters() =>
            plan.ShapesElsewhere.TryGetValue(teacher.Name, out var shape) ? (Bounds.Exactly(shape.Parameters), [])
            : known.Parameters is { } told
                ? (told * ElsewhereRange.Parameters.Bounds, [ElsewhereRange.Parameters.Reason])
            : (null, []);

        private ElsewhereRow Row(
            RunRow run,
            string work,
            ChargeKind kind,
            (Bounds Tokens, Bounds? Flops, Bounds? Usd) bounds,
            IEnumerable<string> reasons
        ) =>
            new(
                Run: run.Run,
                Teacher: teacher.Name,
                Work: work,
                InBoundary: plan.Spec.Boundary.Counts(kind),
                TokensLow: bounds.Tokens.Low,
                TokensHigh: bounds.Tokens.High,
                FlopsLow: bounds.Flops?.Low,
                FlopsHigh: bounds.Flops?.High,
                UsdLow: bounds.Usd?.Low,
                UsdHigh: bounds.Usd?.High,
                Reason: string.Join("; ", reasons)
            );
    }
}
