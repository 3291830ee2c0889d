using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>
/// Facts about a teacher that did its work elsewhere, behind a server or before: from them its work is charged as a
/// range. A fact that is not given widens the range.
/// </summary>
public sealed record ElsewhereSpec : ICheckedSection
{
    /// <summary>Parameters that a token passes through: of a mixture of experts those that are active.</summary>
    [Key("parameters", "parameters that a token passes through", Low = 1, High = 1e16, IsInput = false)]
    public double? Parameters { get; init; }

    /// <summary>The model's config.json, from which its FLOPs are counted.</summary>
    [Key("config", "its config.json, from which FLOPs are counted; in place of parameters", IsInput = false)]
    public FileReference? Config { get; init; }

    /// <summary>Rows that were written for a published file, before it was selected.</summary>
    [Key("rows-generated", "rows that were written before some were selected", Low = 1, High = 1e12, IsInput = false)]
    public long? RowsGenerated { get; init; }

    /// <summary>Rows that the published file has.</summary>
    [Key("rows-kept", "rows that were selected", Low = 1, High = 1e12, IsInput = false)]
    public long? RowsKept { get; init; }

    /// <summary>The program that wrote.</summary>
    [Key("engine", "the program that wrote", IsInput = false)]
    public Engine Engine { get; init; }

    /// <summary>Dollars for a million written tokens.</summary>
    [Key("usd-per-million-tokens", "price of a million written tokens", Low = 0, High = 1e6, IsInput = false)]
    public double? UsdPerMillionTokens { get; init; }

    /// <summary>Tokens that it was trained on.</summary>
    [Key("training-tokens", "tokens that it was trained on", Low = 1, High = 1e18, IsInput = false)]
    public double? TrainingTokens { get; init; }

    /// <summary>Rows that were written for each that was kept, itself included.</summary>
    public double RowsEach => RowsGenerated is { } generated && RowsKept is { } kept ? (double)generated / kept : 1;

    /// <inheritdoc/>
    void ICheckedSection.Check(SpecMapping section)
    {
        if (Parameters is not null && Config is not null)
            section.Note(
                new SpecException(
                    section.LocationOfKey("parameters"),
                    "there are both parameters and config",
                    "keep one of them"
                )
            );
        if (RowsGenerated is null != RowsKept is null)
            section.Note(
                new SpecException(
                    section.Location,
                    "a number of rows is missing",
                    "give both rows-generated and rows-kept, or neither"
                )
            );
        else if (RowsGenerated < RowsKept)
            section.Note(
                new SpecException(
                    section.LocationOfValue("rows-kept"),
                    $"{RowsKept} rows were kept of {RowsGenerated}",
                    "correct rows-generated or rows-kept"
                )
            );
    }
}
