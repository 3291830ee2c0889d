using Bench.Protocol.Specs;
using ScottPlot;

namespace Bench.Report.Style;

/// <summary>How a method looks in every figure.</summary>
/// <param name="Hex">Its colour, from the palette of Okabe and Ito (2008), which colour-blind readers can tell
/// apart.</param>
/// <param name="Marker">Its marker, so that grey print can tell it apart too.</param>
/// <param name="IsDashed">Baselines are.</param>
internal sealed record MethodLook(string Hex, MarkerShape Marker, bool IsDashed)
{
    internal Color Color => Color.FromHex(Hex);

    internal Stroke Stroke => IsDashed ? Stroke.Dashed : Stroke.Solid;

    /// <summary>The marker's name on a page.</summary>
    internal string MarkerName =>
        Marker switch
        {
            MarkerShape.FilledSquare => "square",
            MarkerShape.FilledCircle => "circle",
            MarkerShape.FilledTriangleUp => "triangle",
            MarkerShape.FilledDiamond => "diamond",
            MarkerShape.OpenSquare => "open-square",
            MarkerShape.OpenCircle => "open-circle",
            MarkerShape.OpenTriangleUp => "open-triangle",
            _ => "open-diamond",
        };

    /// <summary>The colour of its name: of a light one a darker shade, which can be read on white.</summary>
    internal Color Ink => Hex == Yellow ? Color.FromHex("#8A8000") : Color;

    private const string Yellow = "#F0E442";

    // Yellow comes last: it is hard to see on white, and in grey.
    private static readonly string[] Palette =
    [
        "#0072B2",
        "#E69F00",
        "#009E73",
        "#CC79A7",
        "#56B4E9",
        "#D55E00",
        "#000000",
        Yellow,
    ];

    private static readonly MarkerShape[] Markers =
    [
        MarkerShape.FilledSquare,
        MarkerShape.FilledCircle,
        MarkerShape.FilledTriangleUp,
        MarkerShape.FilledDiamond,
        MarkerShape.OpenSquare,
        MarkerShape.OpenCircle,
        MarkerShape.OpenTriangleUp,
        MarkerShape.OpenDiamond,
    ];

    // Names that recur across experiments keep their look.
    private static readonly Dictionary<string, int> Known = new(StringComparer.Ordinal)
    {
        ["traces"] = 0,
        ["text"] = 0,
        ["answers"] = 1,
        ["logits"] = 2,
        ["top-k"] = 2,
        ["gold-answers"] = 3,
        ["gold-traces"] = 4,
        ["hidden"] = 5,
        ["on-policy"] = 5,
        ["top-logprobs"] = 6,
        ["labels"] = 7,
    };

    /// <summary>
    /// The look of curves, the same in every figure of an experiment: a method has its colour and its marker. Where a
    /// curve is a method of one of several teachers, the teacher gives the marker; where it is a method and something
    /// else ("traces, use"), that gives marker and line. Other labels take a look that no method has.
    /// </summary>
    internal static IReadOnlyDictionary<string, MethodLook> Of(ExperimentSpec spec, IEnumerable<string> curves)
    {
        var slots = Slots(spec.Methods.Select(method => method.Name));
        var teachers = spec.Teachers.Select(teacher => teacher.Name).ToList();
        var (others, sides, looks) = (
            slots.Count,
            new List<string>(),
            new Dictionary<string, MethodLook>(StringComparer.Ordinal)
        );
        foreach (var curve in curves)
        {
            var (method, side) = curve.Split(", ", 2) is [var first, var second] ? (first, second) : (curve, "");
            var parts = method.Split(ExperimentSpec.OfTeacher);
            if (side.Length > 0 && !sides.Contains(side))
                sides.Add(side);
            if (!slots.TryGetValue(parts[0], out var slot))
                (slot, side) = (others++, "");
            var marker =
                side.Length > 0 ? sides.IndexOf(side)
                : parts.Length > 1 ? teachers.IndexOf(parts[1])
                : slot + slot / Palette.Length;
            looks[curve] = new MethodLook(
                Palette[slot % Palette.Length],
                Markers[marker % Markers.Length],
                side.Length > 0 ? sides.IndexOf(side) % 2 == 1 : curve.StartsWith("gold-", StringComparison.Ordinal)
            );
        }

        return looks;
    }

    private static Dictionary<string, int> Slots(IEnumerable<string> methods)
    {
        var (slots, taken) = (new Dictionary<string, int>(StringComparer.Ordinal), new HashSet<int>());
        foreach (var method in methods.OrderByDescending(Known.ContainsKey))
        {
            var slot =
                Known.TryGetValue(method, out var known) && !taken.Contains(known)
                    ? known
                    : Enumerable.Range(0, int.MaxValue).First(i => !taken.Contains(i));
            taken.Add(slot);
            slots[method] = slot;
        }

        return slots;
    }

    /// <summary>The colour of a place in a ranking: baselines stand back.</summary>
    internal static Color OfRank(bool baseline) => Color.FromHex(baseline ? "#888888" : Palette[0]);

    /// <summary>Colours of kinds of cost, in the order of the kinds.</summary>
    internal static Color OfKind(int kind) => Color.FromHex(HexOfKind(kind));

    internal static string HexOfKind(int kind) =>
        new[] { "#000000", "#E69F00", "#F0E442", "#0072B2", "#56B4E9", "#CC79A7", "#009E73", "#999999" }[kind];
}
