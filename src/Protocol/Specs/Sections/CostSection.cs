using Bench.Protocol.Costs;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs.Sections;

/// <summary>The sections boundary and prices of an experiment file.</summary>
internal static class CostSection
{
    internal static Boundary Boundary(SpecMapping root)
    {
        var words = root.Words("boundary");
        return words.Count == 0
            ? Costs.Boundary.WithUse
            : new Boundary([
                .. words.Select(entry =>
                    Charge.Names.TryGetValue(entry.Word, out var kind)
                        ? kind
                        : throw new SpecException(
                            entry.Location,
                            $"there is no kind of cost '{entry.Word}'",
                            Suggestion.For(entry.Word, [.. Charge.Names.Keys])
                        )
                ),
            ]);
    }

    internal static Accelerator Prices(SpecMapping? section)
    {
        if (section is null)
            return Accelerator.Named(Accelerator.Default);
        var accelerator = Accelerator.Named(section.Choice("accelerator", Accelerator.Default, Accelerator.Known));
        section.Close();
        return accelerator;
    }
}
