using System.Globalization;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;

namespace Bench.Report.Page;

/// <summary>index.html over all results: each experiment's question and answer, and the way to its page.</summary>
public static class IndexPage
{
    private const string Name = "index.html";

    /// <summary>Writes it, and the page of each experiment that it leads to.</summary>
    /// <param name="root">The folder in which it lies; each page lies in a folder of its results' name.</param>
    /// <param name="experiments">Each experiment as its results were made, with their folder.</param>
    /// <returns>The page's path.</returns>
    public static string Write(string root, IReadOnlyList<(ExperimentSpec Spec, ResultsFolder Folder)> experiments)
    {
        var runs = 0;
        var sections = new List<string>();
        foreach (var (spec, folder) in experiments)
        {
            var results = folder.Read().Summarised(spec);
            runs += results.Runs.Count;
            var compared = ComparedResults.Of(spec, results);
            var link = Path.GetFileName(folder.Path);
            new ResultsFolder(Path.Combine(root, link)).WriteText(
                HtmlPage.Name,
                HtmlPage.Of(spec, folder, results, compared, UseSummaryRow.Of(spec, results))
            );
            var answer = HtmlPage.Answer(spec, results, compared).Select(line => $"<p>{HtmlPage.Text(line)}</p>\n");
            var lost = results.Runs.Count(run => run.Status != "ok");
            sections.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"<section>\n<h2><a "
                        + $"href=\"{link}/{HtmlPage.Name}\">{link}</a></h2>\n<p>{HtmlPage.Text(spec.Question)}</p>\n<"
                        + $"div class=\"answer\">\n{string.Concat(answer)}</div>\n<p "
                        + $"class=\"name\">{results.Runs.Count} "
                        + $"runs{(lost > 0 ? $", {lost} of which failed" : "")}; budgets in "
                        + $"{HtmlPage.Text(spec.BudgetUnit.Label)}</p>\n</section>\n"
                )
            );
        }

        new ResultsFolder(root).WriteText(
            Name,
            HtmlPage.Filled(
                HtmlPage.Resource(Name),
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["css"] = HtmlPage.Resource("page.css"),
                    ["count"] = experiments.Count.ToString(CultureInfo.InvariantCulture),
                    ["runs"] = runs.ToString(CultureInfo.InvariantCulture),
                    ["experiments"] = string.Concat(sections),
                }
            )
        );
        return Path.Combine(root, Name);
    }
}
