using System.Globalization;
using System.Text;

namespace Bench.Lab.Text;

/// <summary>
/// Unicode normalisation form C (Unicode Standard Annex 15): canonical decomposition, ordering of combining marks,
/// canonical composition. The tables are Unicode 15.0's and part of the program, so that a text has the same tokens on
/// every machine, with whatever Unicode library or none.
/// </summary>
internal static class CanonicalComposition
{
    // Hangul syllables are composed by arithmetic (The Unicode Standard, section 3.12).
    private const int FirstSyllable = 0xAC00,
        FirstLead = 0x1100,
        FirstVowel = 0x1161,
        FirstTrail = 0x11A7;
    private const int Leads = 19,
        Vowels = 21,
        Trails = 28,
        Syllables = Leads * Vowels * Trails;

    private static readonly Dictionary<int, byte> Classes = [];
    private static readonly Dictionary<int, int[]> Decompositions = [];
    private static readonly Dictionary<(int, int), int> Compositions = [];

    static CanonicalComposition()
    {
        using var reader = new StreamReader(
            typeof(CanonicalComposition).Assembly.GetManifestResourceStream("canonical-mappings.txt")!
        );
        static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var fields = line.Split(';');
            var code = Hex(fields[0]);
            if (byte.Parse(fields[1], CultureInfo.InvariantCulture) is var own and > 0)
                Classes[code] = own;
            if (fields[2].Length == 0)
                continue;
            int[] parts = [.. fields[2].Split(' ').Select(Hex)];
            Decompositions[code] = parts;
            if (fields[3] == "c")
                Compositions[(parts[0], parts[1])] = code;
        }
    }

    /// <summary>The text in form C. A lone surrogate becomes U+FFFD.</summary>
    internal static string Normalise(string text)
    {
        // Below U+0300 every character is composed, and none combines.
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', '\u02FF') < 0)
            return text;
        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, points);
        Order(points);
        Compose(points);
        var result = new StringBuilder(text.Length);
        foreach (var point in points)
            result.Append(new Rune(point).ToString());
        return result.ToString();
    }

    private static byte ClassOf(int point) => Classes.GetValueOrDefault(point);

    private static void Decompose(int point, List<int> into)
    {
        var syllable = point - FirstSyllable;
        if (syllable is >= 0 and < Syllables)
        {
            into.Add(FirstLead + syllable / (Vowels * Trails));
            into.Add(FirstVowel + syllable % (Vowels * Trails) / Trails);
            if (syllable % Trails > 0)
                into.Add(FirstTrail + syllable % Trails);
        }
        else if (Decompositions.TryGetValue(point, out var parts))
        {
            foreach (var part in parts)
                Decompose(part, into);
        }
        else
        {
            into.Add(point);
        }
    }

    // Marks between two starters stand in the order of their classes, equal ones as they came.
    private static void Order(List<int> points)
    {
        for (var start = 0; start < points.Count; start++)
        {
            if (ClassOf(points[start]) == 0)
                continue;
            var end = start;
            while (end < points.Count && ClassOf(points[end]) > 0)
                end++;
            if (end - start > 1)
            {
                var sorted = points.GetRange(start, end - start).OrderBy(ClassOf).ToArray();
                for (var i = 0; i < sorted.Length; i++)
                    points[start + i] = sorted[i];
            }

            start = end;
        }
    }

    private static void Compose(List<int> points)
    {
        var (kept, starter, last) = (0, -1, 0);
        foreach (var point in points.ToArray())
        {
            var own = ClassOf(point);
            // A mark reaches its starter unless one of its class or a higher one stands between; another starter only
            // when nothing stands between.
            var blocked = kept - 1 > starter && (last >= own || own == 0);
            if (starter >= 0 && !blocked && Composed(points[starter], point) is { } joined)
            {
                points[starter] = joined;
                continue;
            }

            if (own == 0)
                starter = kept;
            last = own;
            points[kept++] = point;
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    private static int? Composed(int first, int second)
    {
        if (first - FirstLead is >= 0 and < Leads && second - FirstVowel is >= 0 and < Vowels)
            return FirstSyllable + ((first - FirstLead) * Vowels + second - FirstVowel) * Trails;
        if (
            first - FirstSyllable is >= 0 and < Syllables
            && (first - FirstSyllable) % Trails == 0
            && second - FirstTrail is > 0 and < Trails
        )
            return first + second - FirstTrail;
        return Compositions.TryGetValue((first, second), out var joined) ? joined : null;
    }
}
