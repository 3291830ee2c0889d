using ScottPlot;

namespace Bench.Report;

/// <summary>How a method looks in every figure.</summary>
/// <param name="Hex">Its colour, from the palette of Okabe and Ito (2008), which colour-blind readers can tell apart.</param>
/// <param name="Marker">Its marker, so that grey print can tell it apart too.</param>
/// <param name="IsDashed">Baselines are.</param>
internal sealed record Style(string Hex, MarkerShape Marker, bool IsDashed)
{
    internal Color Color => Color.FromHex(Hex);

    internal LinePattern Pattern => IsDashed ? LinePattern.Dashed : LinePattern.Solid;

    /// <summary>The marker's name on a page.</summary>
    internal string MarkerName => Marker switch
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

    private static readonly string[] Palette = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000"];

    private static readonly MarkerShape[] Markers =
    [
        MarkerShape.FilledSquare, MarkerShape.FilledCircle, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond,
        MarkerShape.OpenSquare, MarkerShape.OpenCircle, MarkerShape.OpenTriangleUp, MarkerShape.OpenDiamond,
    ];

    // Names that recur across experiments keep their look.
    private static readonly Dictionary<string, int> Known = new(StringComparer.Ordinal)
    {
        ["traces"] = 0, ["text"] = 0, ["answers"] = 1, ["logits"] = 2, ["top-k"] = 2, ["gold-answers"] = 3, ["gold-traces"] = 4,
    };

    /// <summary>The look of each curve of an experiment, no two alike while there are eight methods or fewer and as many teachers: a method has its colour, and where teachers are compared, a teacher its marker.</summary>
    internal static IReadOnlyDictionary<string, Style> Of(IEnumerable<string> curves)
    {
        var named = curves.Select(curve => (Curve: curve, Parts: curve.Split(Labels.OfTeacher))).ToArray();
        var slots = Slots(named.Select(entry => entry.Parts[0]).Distinct());
        var teachers = named.Where(entry => entry.Parts.Length > 1).Select(entry => entry.Parts[1]).Distinct().ToList();
        return named.ToDictionary(entry => entry.Curve, entry =>
        {
            var slot = slots[entry.Parts[0]];
            var marker = entry.Parts.Length > 1 ? teachers.IndexOf(entry.Parts[1]) % Markers.Length : slot;
            return new Style(Palette[slot], Markers[marker], entry.Curve.StartsWith("gold-", StringComparison.Ordinal));
        }, StringComparer.Ordinal);
    }

    private static Dictionary<string, int> Slots(IEnumerable<string> methods)
    {
        var (slots, taken) = (new Dictionary<string, int>(StringComparer.Ordinal), new HashSet<int>());
        foreach (var method in methods.OrderByDescending(Known.ContainsKey).ThenBy(name => name, StringComparer.Ordinal))
        {
            var slot = Known.TryGetValue(method, out var known) && !taken.Contains(known) ? known : Enumerable.Range(0, Palette.Length).FirstOrDefault(i => !taken.Contains(i));
            taken.Add(slot);
            slots[method] = slot;
        }

        return slots;
    }

    /// <summary>The colour of a place in a ranking: baselines stand back.</summary>
    internal static Color OfRank(bool baseline) => Color.FromHex(baseline ? "#888888" : Palette[0]);

    /// <summary>Colours of kinds of cost, in the order of the kinds.</summary>
    internal static Color OfKind(int kind) => Color.FromHex(HexOfKind(kind));

    internal static string HexOfKind(int kind) => new[] { "#000000", "#E69F00", "#F0E442", "#0072B2", "#56B4E9", "#CC79A7", "#009E73", "#999999" }[kind];
}
