using ScottPlot;
using SkiaSharp;

namespace Bench.Report.Style;

/// <summary>
/// The font of all figures, DejaVu Sans, which travels with the product: a figure is the same bytes on every machine,
/// whatever fonts it has.
/// </summary>
internal sealed class EmbeddedFont : IFontResolver
{
    internal const string Name = "DejaVu Sans";

    private static readonly SKTypeface Typeface = Read();

    /// <summary>Makes it the font of every plot, by whatever name a plot asks for one.</summary>
    internal static void Use()
    {
        if (ScottPlot.Fonts.FontResolvers is [EmbeddedFont])
            return;
        ScottPlot.Fonts.FontResolvers.Clear();
        ScottPlot.Fonts.FontResolvers.Add(new EmbeddedFont());
        ScottPlot.Fonts.Default = Name;
    }

    /// <summary>Whether it has every character of a text.</summary>
    internal static bool Has(string text) => Typeface.ContainsGlyphs(text);

    public SKTypeface CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        Typeface;

    public SKTypeface CreateTypeface(string fontName, bool bold, bool italic) => Typeface;

    private static SKTypeface Read()
    {
        using var stream = typeof(EmbeddedFont).Assembly.GetManifestResourceStream("DejaVuSans.ttf")!;
        return SKTypeface.FromStream(stream);
    }
}
