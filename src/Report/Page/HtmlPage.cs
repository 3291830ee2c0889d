using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Style;
using Bench.Report.Tables;

namespace Bench.Report.Page;

/// <summary>report.html: everything that an experiment found, in one file that asks for nothing else.</summary>
public static class HtmlPage
{
    public const string Name = "report.html";

    // One script: each file uses what those before it define.
    private static readonly string[] Scripts =
    [
        "words.js",
        "choice.js",
        "charts.js",
        "table.js",
        "figures.js",
        "tables.js",
        "page.js",
    ];

    /// <summary>The page of an experiment's results.</summary>
    internal static string Of(
        ExperimentSpec spec,
        ResultsFolder folder,
        Results results,
        ComparedResults compared,
        IReadOnlyList<UseSummaryRow> uses,
        string registered = ""
    )
    {
        var manifest = folder.ReadManifest();
        var parts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["title"] = Text($"{spec.Name}: {spec.Question}"),
            ["name"] = Text(spec.Name),
            ["question"] = Text(spec.Question),
            ["answer"] = string.Concat(
                Answer(spec, results, compared)
                    .Append(registered)
                    .Where(line => line.Length > 0)
                    .Select(line => $"<p>{Text(line)}</p>\n")
            ),
            ["runs"] = results.Runs.Count.ToString(CultureInfo.InvariantCulture),
            ["rebuild"] = Text(
                $"git checkout "
                    + $"{manifest?.Commit ?? "(unknown)"}"
                    + $"{(manifest?.Dirty == true ? "    # and changes that were not committed" : "")}\n./bench "
                    + $"run {spec.Name}\n./bench verify {spec.Name}    # a sample of the runs again, "
                    + $"compared with these"
            ),
            ["manifest"] = manifest is null
                ? ""
                : string.Concat(
                    Facts(manifest)
                        .Concat(
                            FlopsText.Lines(spec, results).Select(line => (What: "FLOPs as others count", Value: line))
                        )
                        .Concat(
                            ElsewhereText
                                .Lines(spec, results, reasons: true)
                                .Select(line => (What: "work elsewhere", Value: line))
                        )
                        .Select(fact => $"<dt>{Text(fact.What)}</dt><dd>{Text(fact.Value)}</dd>\n")
                ),
            ["spec"] = Text(manifest?.Spec ?? spec.Text),
            ["css"] = Resource("page.css"),
            ["js"] = string.Concat(Scripts.Select(Resource)),
            // Text of an experiment cannot end the script that it stands in: the serialiser escapes what would.
            ["data"] = JsonSerializer.Serialize(PageData.Of(spec, results, compared, uses)),
        };
        return Filled(Resource("page.html"), parts);
    }

    /// <summary>
    /// The answer to the question, in sentences: at the largest budget of each student and task the contrasts, the
    /// methods and the teacher.
    /// </summary>
    internal static IEnumerable<string> Answer(ExperimentSpec spec, Results results, ComparedResults compared)
    {
        foreach (var task in spec.Tasks)
        {
            var metric = task.Task.Metrics[0];
            var prefix = spec.Tasks.Count > 1 ? $"{task.Name}: " : "";
            foreach (var student in spec.Students)
            {
                var rows = compared
                    .Methods.Where(row =>
                        row.Task == task.Name && row.Student == student.Name && row.Budget == spec.Budgets[^1].Amount
                    )
                    .ToArray();
                if (rows.Length == 0)
                    continue;
                var contrasts = compared.At(task.Name, student.Name, spec.Budgets[^1].Amount);
                foreach (var contrast in contrasts.Take(contrasts.Any(row => row.Primary) ? 1 : MostContrasts))
                    yield return prefix + Differs(contrast, metric);
                yield return prefix + Reached(spec, student, rows);
                var warnings = rows.Select(row => row.Warning).Concat(contrasts.Select(row => row.Warning));
                if (ContrastText.Warned(warnings) is { Length: > 0 } warned)
                    yield return warned;
            }

            foreach (
                var teacher in results.Summary.Where(row =>
                    row.Method == Summary.Teacher && row.Task == task.Name && row.Metric == metric.Name
                )
            )
                yield return $"{prefix}Teacher {teacher.Teacher}: "
                    + $"{teacher.Metric} {Value(teacher.Value, teacher.CiLow, teacher.CiHigh)}.";
        }
    }

    private const int MostContrasts = 3;
    private const int MostMethods = 6;

    private static string Differs(ContrastRow row, Metric metric) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(row.Primary ? "Primary contrast, " : "")}{row.Of} less {row.Against}: "
                + $"{ContrastText.Difference(row.Difference, row.CiLow, row.CiHigh, "")}"
        )
        + (
            row.PHolm is null ? ""
            : row.Primary ? $", p {ContrastText.P(row.PHolm)}"
            : $", p {ContrastText.P(row.PHolm)} by Holm over {row.Tests} contrasts"
        )
        + $": {ContrastText.Verdict(row, metric)}.";

    // Every method's score, best first.
    private static string Reached(ExperimentSpec spec, StudentSpec student, ComparisonRow[] rows)
    {
        var scores = rows.Take(MostMethods)
            .Select(row =>
                $"{Labels.Of(spec, row.Teacher, row.Method)} {Value(row.Value, row.CiLow, row.CiHigh)}"
                + (row.Group.Length > 0 ? $" ({row.Group})" : "")
            );
        return $"At {spec.Budgets[^1].AmountText} {spec.Budgets[^1].Label} student {student.Name} reaches "
            + $"{rows[0].Metric} {string.Join(", ", scores)}"
            + (rows.Length > MostMethods ? $" and {rows.Length - MostMethods} more below" : "")
            + ".";
    }

    private static string Value(double value, double? low, double? high) =>
        low is null
            ? value.ToString("0.000", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{value:0.000} [{low:0.000}, {high:0.000}]");

    private static IEnumerable<(string What, string Value)> Facts(Manifest manifest)
    {
        yield return ("commit", manifest.Commit + (manifest.Dirty ? " with changes" : ""));
        yield return ("processor", $"{manifest.Cpu}, {manifest.Cores} cores, {manifest.Device}");
        yield return ("system", $"{manifest.OperatingSystem}, {manifest.Runtime}, {manifest.Tensors}");
        yield return ("cost boundary", string.Join(" + ", manifest.Boundary));
        yield return ("prices", manifest.Prices);
        yield return ("energy", manifest.Energy);
        foreach (var (teacher, licence) in manifest.Licences)
            yield return ($"licence of {teacher}", licence);
        foreach (var (file, hash) in manifest.Data)
            yield return (file, $"sha256 {hash}");
        yield return (
            "packages",
            string.Join(", ", manifest.Packages.Select(package => $"{package.Key} {package.Value}"))
        );
        yield return ("experiment", $"sha256 {manifest.SpecSha256}");
    }

    // Names in braces, each once; what stands in their place is not looked at again.
    internal static string Filled(string template, IReadOnlyDictionary<string, string> parts)
    {
        var page = new StringBuilder();
        for (var at = 0; at < template.Length; )
        {
            var open = template.IndexOf('{', at);
            if (open < 0)
                return page.Append(template.AsSpan(at)).ToString();
            var close = template.IndexOf('}', open);
            page.Append(template.AsSpan(at, open - at)).Append(parts[template[(open + 1)..close]]);
            at = close + 1;
        }

        return page.ToString();
    }

    internal static string Text(string text) => WebUtility.HtmlEncode(text);

    internal static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(HtmlPage).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
