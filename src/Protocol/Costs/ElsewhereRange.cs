using System.Globalization;
using Bench.Protocol.Units;
using CsvHelper;

namespace Bench.Protocol.Costs;

/// <summary>
/// Between which bounds a quantity of work lies that was done elsewhere, and of which no more is known: a row of
/// elsewhere.csv.
/// </summary>
/// <param name="Bounds">The bounds, in the quantity's unit or as a factor.</param>
/// <param name="Reason">Where they are from.</param>
public sealed record ElsewhereRange(Bounds Bounds, string Reason)
{
    private static readonly Dictionary<(string Quantity, string Name), ElsewhereRange> Table = Read();

    /// <summary>A factor on the parameters that a model's name says.</summary>
    public static ElsewhereRange Parameters => Table[("parameters", "")];

    /// <summary>A factor on 2 FLOPs a parameter and token.</summary>
    public static ElsewhereRange Attention => Table[("attention", "")];

    /// <summary>A factor on tokens that were counted with another tokenizer.</summary>
    public static ElsewhereRange Tokens => Table[("tokens", "")];

    /// <summary>A factor on the length of rows that were kept, for those that were not.</summary>
    public static ElsewhereRange Discarded => Table[("discarded", "")];

    /// <summary>Tokens that a language model is trained on.</summary>
    public static ElsewhereRange TrainingTokens => Table[("training-tokens", "")];

    /// <summary>A factor on an accelerator's rate of training.</summary>
    public static ElsewhereRange Training => Table[("training", "")];

    /// <summary>A factor on an accelerator's rate of writing, by engine.</summary>
    public static ElsewhereRange Writing(string engine) => Table[("writing", engine)];

    private static Dictionary<(string, string), ElsewhereRange> Read()
    {
        using var stream = typeof(ElsewhereRange).Assembly.GetManifestResourceStream("elsewhere.csv")!;
        using var csv = CsvReader.Create(stream, CsvReaderOptions.Default, leaveOpen: true);
        var table = new Dictionary<(string, string), ElsewhereRange>();
        while (csv.Read())
        {
            double Number(string column) => double.Parse(csv.GetString(column), CultureInfo.InvariantCulture);
            table[(csv.GetString("quantity"), csv.GetString("name"))] = new ElsewhereRange(
                new Bounds(Number("low"), Number("high")),
                csv.GetString("reason")
            );
        }

        return table;
    }
}
