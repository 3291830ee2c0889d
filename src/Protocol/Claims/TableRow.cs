using System.Globalization;
using Bench.Protocol.Reading;
using CsvHelper;

namespace Bench.Protocol.Claims;

/// <summary>A row of a table that is being read; valid until the next one is.</summary>
internal sealed class TableRow(string path, int number, IReadOnlyDictionary<string, int> columns, CsvReader csv)
{
    /// <summary>Its line in the file.</summary>
    internal int Number => number;

    /// <summary>The fault, with its row and column.</summary>
    internal SpecException Wrong(string column, string problem) =>
        new(new SourceLocation(path, number, Index(column) + 1), $"column {column}: {problem}", "");

    /// <summary>Whether the table has a column.</summary>
    internal bool Has(string column) => columns.ContainsKey(column);

    /// <summary>A cell; empty where the source says nothing.</summary>
    internal string Text(string column, bool required = false)
    {
        var text = Index(column) < csv.FieldCount ? csv.GetString(Index(column)).Trim() : "";
        return required && text.Length == 0 ? throw Wrong(column, "it is empty") : text;
    }

    /// <summary>A number, or null where the source says nothing.</summary>
    internal double? Amount(string column, bool signed = false)
    {
        var text = Text(column);
        if (text.Length == 0)
            return null;
        if (
            !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || !double.IsFinite(number)
        )
            throw Wrong(column, $"'{text}' is no number");
        return number >= 0 || signed ? number : throw Wrong(column, $"{text} is negative");
    }

    /// <summary>Which quantity of a claim is meant.</summary>
    internal Quantity Quantity(string column) =>
        Claims.Quantity.Named.FirstOrDefault(quantity => quantity.Column == Text(column))
        ?? throw Wrong(
            column,
            $"'{Text(column)}' is no quantity; "
                + $"{Suggestion.For(Text(column), [.. Claims.Quantity.Named.Select(quantity => quantity.Column)])}"
        );

    private int Index(string column) =>
        columns.TryGetValue(column, out var index)
            ? index
            : throw new SpecException(
                new SourceLocation(path, 1, 1),
                $"the column '{column}' is missing",
                Suggestion.For(column, [.. columns.Keys])
            );
}
