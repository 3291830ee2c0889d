using Bench.Protocol.Units;

namespace Bench.Protocol.Claims;

/// <summary>
/// Between which bounds a stage's training FLOPs, GPU-hours and dollars lie, when each quantity that its source leaves
/// open lies in its assumed range. FLOPs are 6·N·D (Kaplan et al. 2020), and hours × peak × utilisation; hours are
/// FLOPs
/// over peak × utilisation; dollars are hours × price. Every one is monotone in each quantity, so that the bounds come
/// from the quantities' ends.
/// </summary>
public sealed record WorkBounds
{
    public Bounds? Flops { get; private init; }

    public Bounds? GpuHours { get; private init; }

    /// <summary>In US dollars.</summary>
    public Bounds? Dollars { get; private init; }

    /// <summary>The share of the peak; null where no device is known, or nothing is trained.</summary>
    public Bounds? Utilisation { get; private init; }

    /// <summary>The quantities that the source leaves open.</summary>
    public IReadOnlyList<Open> Open { get; private init; } = [];

    /// <summary>The figure that lies outside every plausible range, in words; null where none does.</summary>
    public string? Outside { get; private init; }

    /// <summary>The bounds of a stage.</summary>
    public static WorkBounds Of(
        Claim work,
        IReadOnlyList<MarketPrice> prices,
        IReadOnlyList<AssumedRange> ranges,
        double tolerance
    )
    {
        var bounds = With(work, prices, ranges, tolerance, known: null);
        return bounds with
        {
            Open =
            [
                .. bounds.Open.Select(open =>
                    open with
                    {
                        Factor = Finite(bounds.Dollars),
                        FactorIfKnown = Finite(With(work, prices, ranges, tolerance, known: open.Name).Dollars),
                    }
                ),
            ],
        };
    }

    // One quantity may be taken as known, at its middle; of several devices, the one whose bounds are the middle ones.
    private static WorkBounds With(
        Claim work,
        IReadOnlyList<MarketPrice> prices,
        IReadOnlyList<AssumedRange> ranges,
        double tolerance,
        string? known
    )
    {
        var named =
            MarketPrice.Find(prices, work.Gpu) is { } device ? [device.Kind]
            : work.Gpu.Length == 0 && work.IsTraining ? MarketPrice.Usual(prices, work.Year)
            : (IReadOnlyList<string>)[];
        var sums = new OpenSums(work, ranges, known);
        var each = named.Select(kind => sums.On(kind, prices, tolerance)).ToArray();
        if (each.Length == 0)
            return sums.WithoutDevice();
        if (known == Claims.Open.Device)
            each = [.. each.OrderBy(bounds => bounds.Dollars?.Middle ?? 0).Skip((each.Length - 1) / 2).Take(1)];
        var inside = each.Where(bounds => bounds.Outside is null).ToArray();
        var taken = inside.Length > 0 ? inside : each;
        return new WorkBounds
        {
            Flops = Hull(taken, bounds => bounds.Flops),
            GpuHours = Hull(taken, bounds => bounds.GpuHours),
            Dollars = Hull(taken, bounds => bounds.Dollars),
            Utilisation = Hull(taken, bounds => bounds.Utilisation),
            Outside = inside.Length > 0 ? null : each[0].Outside,
            Open =
            [
                .. each.SelectMany(bounds => bounds.Open)
                    .GroupBy(open => open.Name)
                    .Select(group =>
                        group.First() with
                        {
                            Bounds = group
                                .Select(open => open.Bounds)
                                .Aggregate((a, b) => b is { } other ? a?.Hull(other) : a),
                            Reason = string.Join("; ", group.Select(open => open.Reason).Distinct()),
                        }
                    ),
                .. named.Count > 1
                    ? [new Open(work.Part, Claims.Open.Device, null, $"one of {string.Join(", ", named)}")]
                    : Array.Empty<Open>(),
            ],
        };
    }

    private static double? Finite(Bounds? bounds) => bounds is { Low: > 0 } both ? both.Factor : null;

    internal static Bounds? Hull(IReadOnlyList<WorkBounds> each, Func<WorkBounds, Bounds?> of) =>
        each.Count > 0 && each.All(bounds => of(bounds) is not null)
            ? each.Select(bounds => of(bounds)!.Value).Aggregate((a, b) => a.Hull(b))
            : null;

    // The sums of one stage; what they take for open is noted.
    private sealed class OpenSums(Claim work, IReadOnlyList<AssumedRange> ranges, string? known)
    {
        private readonly List<Open> open = [];
        private string? outside;

        // Nothing is known of the device: no peak, and no price but the source's.
        internal WorkBounds WithoutDevice()
        {
            open.Clear();
            var hours = Stated();
            return new WorkBounds
            {
                Flops = OfData(),
                GpuHours = hours,
                Dollars = Printed() ?? work.Price * hours,
                Open = [.. open],
            };
        }

        internal WorkBounds On(string kind, IReadOnlyList<MarketPrice> prices, double tolerance)
        {
            open.Clear();
            outside = null;
            var (market, reason) = MarketPrice.At(prices, kind, work.Year);
            var price = work.Price is { } stated ? Bounds.Exactly(stated) : Seen(Claims.Open.Price, market, reason);
            var data = OfData();
            var second = 3600 * MarketPrice.Find(prices, kind)!.Peak(work.Precision);
            var share = work.IsTraining ? Assumed(Claims.Open.Utilisation) : null;
            var speed = second * share;
            var (hours, paid) = (Stated(), Printed());
            hours ??= Both(
                tolerance,
                data / speed,
                paid / price,
                () => $"its tokens take {data / speed} GPU-hours, its cost buys {paid / price}"
            );
            return new WorkBounds
            {
                GpuHours = hours,
                Flops = Both(
                    tolerance,
                    data,
                    hours * speed,
                    () => $"utilisation {data / (second * hours)}, where {share} is plausible"
                ),
                Utilisation = Both(tolerance, share, data / (second * hours), () => ""),
                Dollars = Both(
                    tolerance,
                    paid,
                    hours * price,
                    () => $"{paid / hours} dollars a GPU-hour, where {market} is plausible ({reason})"
                ),
                Outside = outside,
                Open = [.. open],
            };
        }

        // Two ways to one quantity: it lies where both say, within the tolerance of printed numbers.
        private Bounds? Both(double tolerance, Bounds? one, Bounds? other, Func<string> otherwise)
        {
            if ((one ?? other) is not { } first || (other ?? one) is not { } second)
                return null;
            if (first.Meet(second) is { } both)
                return both;
            if (first.Within(tolerance).Meet(second) is null)
                outside ??= otherwise();
            return first;
        }

        private Bounds? Stated() => Quantity.GpuHours.Of(work) is { } hours ? Bounds.Exactly(hours) : null;

        private Bounds? Printed() => work.Cost is { } cost ? new Bounds(work.CostIsBound ? 0 : cost, cost) : null;

        // 6·N·D, or as the source prints it.
        private Bounds? OfData()
        {
            if (work.StatedFlops is { } stated)
                return Bounds.Exactly(stated);
            if (!work.IsTraining || work.TrainedParameters is not { } nominal)
                return null;
            return OfPass() is { } pass ? 6 * (nominal * Assumed(Claims.Open.Parameters)!.Value * pass) : null;
        }

        private Bounds? OfPass()
        {
            if (work.Tokens is { } total && !work.TokensAreOfOnePass)
                return Bounds.Exactly(total);
            var pass = (work.Tokens ?? work.Number("derived_train_tokens_per_epoch")) is { } counted
                ? Bounds.Exactly(counted)
                : work.Examples
                    * Range(Claims.Open.TokensPerExample, "tokens_per_example_min", "tokens_per_example_max");
            return work.Epochs is { } epochs
                ? epochs * pass
                : pass * Range(Claims.Open.Passes, "epochs_min", "epochs_max");
        }

        // An assumed range, narrower where the source itself bounds the quantity.
        private Bounds? Range(string name, string least, string most)
        {
            var (low, high) = (work.Number(least), work.Number(most));
            var range = AssumedRange.Find(ranges, name, work);
            if ((low ?? range?.Bounds.Low) is not { } from || (high ?? range?.Bounds.High) is not { } to)
                return null;
            var reason = (low, high) switch
            {
                (null, null) => range!.Reason,
                (not null, not null) => "the source's own bounds",
                _ => $"one bound is the source's; {range!.Reason}",
            };
            return Seen(name, new Bounds(from, Math.Max(from, to)), reason);
        }

        private Bounds? Assumed(string name) =>
            AssumedRange.Find(ranges, name, work) is { } range ? Seen(name, range.Bounds, range.Reason) : null;

        private Bounds Seen(string name, Bounds bounds, string reason)
        {
            if (open.All(seen => seen.Name != name))
                open.Add(new Open(work.Part, name, bounds, reason));
            return name == known ? Bounds.Exactly(bounds.Middle) : bounds;
        }
    }
}
