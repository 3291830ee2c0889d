using CsvHelper;

namespace Bench.Protocol.Licences;

/// <summary>
/// Licences of models that are used as teachers, from licences.csv, and the permissive ones by their SPDX ids.
/// </summary>
public static class LicenceTable
{
    private static readonly IReadOnlyList<Terms> Rows = Read();

    /// <summary>Permissive licences by SPDX id: none of them limits what is done with outputs.</summary>
    public static IReadOnlyCollection<string> Permissive { get; } =
    [
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC-BY-4.0",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "Unlicense",
        "Zlib",
    ];

    /// <summary>Every name that an experiment may give as a licence.</summary>
    public static IReadOnlyCollection<string> Names { get; } =
    [.. Permissive.Concat(Rows.Select(row => row.Licence)).Distinct()];

    /// <summary>
    /// The terms of a licence by its name or its key, in whatever case, as SPDX has it; null where nobody has read it.
    /// </summary>
    public static Terms? Find(string licence) =>
        Rows.FirstOrDefault(row => Same(row.Licence, licence) || Same(row.Key, licence))
        ?? (
            Permissive.Any(name => Same(name, licence))
                ? new Terms(
                    Key: licence,
                    Licence: licence,
                    Permission: Permission.Yes,
                    Models: "",
                    Condition: "none beyond keeping the licence and notices",
                    Source: ""
                )
                : null
        );

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<Terms> Read()
    {
        using var stream = typeof(LicenceTable).Assembly.GetManifestResourceStream("licences.csv")!;
        using var csv = CsvReader.Create(stream, CsvReaderOptions.Default, leaveOpen: true);
        var rows = new List<Terms>();
        while (csv.Read())
        {
            rows.Add(
                new Terms(
                    Key: csv.GetString("key"),
                    Licence: csv.GetString("licence"),
                    Permission: Enum.Parse<Permission>(csv.GetString("verdict"), ignoreCase: true),
                    Models: csv.GetString("models"),
                    Condition: csv.GetString("condition"),
                    Source: csv.GetString("source")
                )
            );
        }

        return rows;
    }
}
