using System.Globalization;
using System.Reflection;
using System.Text;
using CsvHelper;

namespace Bench.Protocol.Ledger;

/// <summary>
/// A table of records as CSV: RFC 4180, UTF-8, LF, invariant culture. A column is a constructor parameter of the record
/// in snake_case; a missing value is an empty cell, never 0.
/// </summary>
internal static class CsvTable<T>
    where T : class
{
    private static readonly ConstructorInfo Constructor = typeof(T).GetConstructors()[0];
    private static readonly ParameterInfo[] Parameters = Constructor.GetParameters();
    private static readonly PropertyInfo[] Properties =
    [
        .. Parameters.Select(parameter => typeof(T).GetProperty(parameter.Name!)!),
    ];
    private static readonly string[] Columns = [.. Parameters.Select(parameter => Column(parameter.Name!))];

    internal static void Write(Stream stream, IEnumerable<T> rows)
    {
        using var csv = CsvWriter.Create(stream, CsvWriterOptions.Default with { NewLine = "\n" }, leaveOpen: true);
        foreach (var column in Columns)
            csv.WriteField(column);
        csv.EndRecord();
        foreach (var row in rows)
        {
            foreach (var property in Properties)
                csv.WriteField(Format(property.GetValue(row)));
            csv.EndRecord();
        }
    }

    internal static IReadOnlyList<T> Read(Stream stream, string file)
    {
        using var csv = CsvReader.Create(stream, CsvReaderOptions.Default, leaveOpen: true);
        var rows = new List<T>();
        try
        {
            while (csv.Read())
            {
                if (rows.Count == 0 && !AreKnown(csv.Headers))
                    throw new LedgerException(
                        $"{file}: the columns are {string.Join(",", csv.Headers)}, not {string.Join(",", Columns)}; "
                            + $"move it away and run the experiment again"
                    );
                rows.Add(
                    (T)
                        Constructor.Invoke([
                            .. Parameters.Select(
                                (parameter, i) =>
                                    i < csv.Headers.Count
                                        ? Parse(
                                            csv.GetString(i),
                                            parameter.ParameterType,
                                            file,
                                            rows.Count + 2,
                                            Columns[i]
                                        )
                                        : null
                            ),
                        ])
                );
            }
        }
        catch (CsvFormatException error)
        {
            throw new LedgerException($"{file}: {error.Message.ReplaceLineEndings(" ")}");
        }

        return rows.Count > 0 || AreKnown(csv.Headers)
            ? rows
            : throw new LedgerException($"{file}: it has no header; move it away and run the experiment again");
    }

    // A column that was added later stands at the end and may be missing: an older file has none.
    private static bool AreKnown(IReadOnlyList<string> headers) =>
        headers.SequenceEqual(Columns)
        || (
            headers.Count > 0
            && headers.SequenceEqual(Columns.Take(headers.Count))
            && Parameters.Skip(headers.Count).All(parameter => parameter.IsOptional)
        );

    private static string Column(string name)
    {
        var column = new StringBuilder();
        foreach (var c in name)
            column.Append(char.IsUpper(c) && column.Length > 0 ? "_" : "").Append(char.ToLowerInvariant(c));
        return column.ToString();
    }

    private static string Format(object? value) =>
        value switch
        {
            null => "",
            string text => text,
            double number => double.IsFinite(number)
                ? number.ToString("R", CultureInfo.InvariantCulture)
                : throw new LedgerException("a cell cannot hold " + number.ToString(CultureInfo.InvariantCulture)),
            bool flag => flag ? "true" : "false",
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };

    private static object? Parse(string cell, Type type, string file, int row, string column)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare == typeof(string))
            return cell;
        if (cell.Length == 0 && bare != type)
            return null;
        try
        {
            if (
                Convert.ChangeType(cell, bare, CultureInfo.InvariantCulture) is var value && value is not double number
                || double.IsFinite(number)
            )
                return value;
            throw new FormatException(cell);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new LedgerException(
                $"{file}: row {row}, column {column}: '{cell}' is not a value of its kind; mend it, or move the "
                    + $"folder away and run the experiment again"
            );
        }
    }
}
