using System.Globalization;
using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// Numbers between digits and words, in English, German or Turkish, in both directions or one. The reasoning names the
/// number's parts from hundreds of thousands down.
/// </summary>
[Named("number-words", "numbers between digits and words in English, German or Turkish")]
public sealed record NumberWords : ProceduralTask
{
    [Key("language", "the language of the words")]
    public Language Language { get; init; }

    [Key("digits", "digits of the numbers", Low = 1, High = 6)]
    public int Digits { get; init; } = 3;

    [Key("direction", "from digits to words, from words to digits, or both")]
    public WordDirection Direction { get; init; }

    public override string Alphabet => "0123456789=>,: abcdefghijklmnopqrstuvwxyzäöüßçğıöşü";

    public override Problem Draw(RandomStream random)
    {
        var number = random.Next((int)Math.Pow(10, Digits));
        var (figures, words) = (number.ToString(CultureInfo.InvariantCulture), Words(number, Language));
        var toWords = Direction == WordDirection.Both ? random.Next(2) == 0 : Direction == WordDirection.ToWords;
        var name = Names<Language>.Of(Language);
        var parts = Parts(number)
            .Select(part => (Figures: part.ToString(CultureInfo.InvariantCulture), Words: Words(part, Language)));
        var steps = string.Join(
            ',',
            parts.Select(part => toWords ? $"{part.Figures}:{part.Words}" : $"{part.Words}:{part.Figures}")
        );
        return toWords
            ? new Problem($"{name} {figures}=>", steps, words)
            : new Problem($"{name} {words}=>", steps, figures);
    }

    /// <summary>The number in words, 0 to 999,999.</summary>
    public static string Words(int number, Language language) =>
        language switch
        {
            Language.English => English(number),
            Language.German => German(number),
            Language.Turkish => Turkish(number),
            _ => throw new ArgumentOutOfRangeException(nameof(language), language, "no language"),
        };

    private static IEnumerable<int> Parts(int number)
    {
        var found = false;
        for (var place = 100_000; place >= 1; place /= 10)
        {
            var part = number / place % 10 * place;
            if (part == 0 && !(place == 1 && !found))
                continue;
            found = true;
            yield return part;
        }
    }

    private static readonly string[] EnglishSmall =
    [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];

    private static readonly string[] EnglishTens =
    [
        "",
        "",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
    ];

    private static string English(int n) =>
        n switch
        {
            < 20 => EnglishSmall[n],
            < 100 => EnglishTens[n / 10] + (n % 10 == 0 ? "" : " " + EnglishSmall[n % 10]),
            < 1000 => English(n / 100) + " hundred" + (n % 100 == 0 ? "" : " " + English(n % 100)),
            _ => English(n / 1000) + " thousand" + (n % 1000 == 0 ? "" : " " + English(n % 1000)),
        };

    private static readonly string[] GermanSmall =
    [
        "null",
        "ein",
        "zwei",
        "drei",
        "vier",
        "fünf",
        "sechs",
        "sieben",
        "acht",
        "neun",
        "zehn",
        "elf",
        "zwölf",
        "dreizehn",
        "vierzehn",
        "fünfzehn",
        "sechzehn",
        "siebzehn",
        "achtzehn",
        "neunzehn",
    ];

    private static readonly string[] GermanTens =
    [
        "",
        "",
        "zwanzig",
        "dreißig",
        "vierzig",
        "fünfzig",
        "sechzig",
        "siebzig",
        "achtzig",
        "neunzig",
    ];

    // A final one is "eins"; inside a compound it is "ein".
    private static string German(int n) => GermanStem(n) + (n % 100 == 1 ? "s" : "");

    private static string GermanStem(int n) =>
        n switch
        {
            < 20 => GermanSmall[n],
            < 100 => (n % 10 == 0 ? "" : GermanSmall[n % 10] + "und") + GermanTens[n / 10],
            < 1000 => GermanSmall[n / 100] + "hundert" + (n % 100 == 0 ? "" : GermanStem(n % 100)),
            _ => GermanStem(n / 1000) + "tausend" + (n % 1000 == 0 ? "" : GermanStem(n % 1000)),
        };

    private static readonly string[] TurkishOnes =
    [
        "",
        "bir",
        "iki",
        "üç",
        "dört",
        "beş",
        "altı",
        "yedi",
        "sekiz",
        "dokuz",
    ];

    private static readonly string[] TurkishTens =
    [
        "",
        "on",
        "yirmi",
        "otuz",
        "kırk",
        "elli",
        "altmış",
        "yetmiş",
        "seksen",
        "doksan",
    ];

    private static string Turkish(int n) => n == 0 ? "sıfır" : string.Join(' ', TurkishParts(n));

    // One hundred and one thousand are "yüz" and "bin", without "bir".
    private static IEnumerable<string> TurkishParts(int n)
    {
        if (n >= 1000)
        {
            if (n / 1000 > 1)
                foreach (var part in TurkishParts(n / 1000))
                    yield return part;
            yield return "bin";
            n %= 1000;
        }

        if (n >= 200)
            yield return TurkishOnes[n / 100];
        if (n >= 100)
            yield return "yüz";
        if (n / 10 % 10 > 0)
            yield return TurkishTens[n / 10 % 10];
        if (n % 10 > 0)
            yield return TurkishOnes[n % 10];
    }
}
