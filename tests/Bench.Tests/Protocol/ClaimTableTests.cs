using System.Text;
using Bench.Protocol.Claims;
using Bench.Protocol.Licences;
using Bench.Protocol.Reading;

namespace Bench.Tests.Protocol;

/// <summary>The tables of published claims, as they are read.</summary>
public sealed class ClaimTableTests : IDisposable
{
    private static readonly string Own = Path.Combine(Repository.Root, "experiments", "claims");

    private readonly Scratch scratch = Repository.Scratch();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void What_the_table_of_licences_says_is_what_the_gate_acts_on()
    {
        using var stream = File.OpenRead(Path.Combine(Own, "licences.csv"));
        using var csv = CsvHelper.CsvReader.Create(stream, CsvHelper.CsvReaderOptions.Default, leaveOpen: true);
        var rows = new List<(string Licence, string Verdict)>();
        while (csv.Read())
            rows.Add((csv.GetString("licence"), csv.GetString("may_train_other_models_on_outputs")));
        Assert.Equal(28, rows.Count);
        Assert.All(rows, row => Assert.Contains(row.Verdict, (string[])["yes", "conditional", "no", "unclear"]));
        var known = rows.Where(row => LicenceTable.Find(row.Licence) is not null).ToArray();
        Assert.True(known.Length >= 12, $"{known.Length}");
        Assert.All(
            known,
            row => Assert.Equal(row.Verdict, LicenceTable.Find(row.Licence)!.Permission.ToString().ToLowerInvariant())
        );
    }

    internal const string Header =
        "claim_id,year,title,authors_short,teacher,teacher_licence_spdx_or_name,student,student_params,method,train_e"
        + "xamples,train_tokens,epochs,gpu_type,gpu_count,wall_hours,gpu_hours,stated_cost_usd,stated_price_per_g"
        + "pu_hour,benchmark,metric,teacher_score,student_score_before,student_score_after,source_url,source_"
        + "locator,verified,note";

    internal static string Row(
        string id,
        string parameters = "",
        string tokens = "",
        string gpu = "",
        string count = "",
        string hours = "",
        string gpuHours = "",
        string cost = "",
        string price = "",
        string note = ""
    ) =>
        $"{id},2025,t,a,T,MIT,S,{parameters},pretraining,,{tokens},,{gpu},{count},{hours},{gpuHours},{cost},{price},b"
        + $",m,,,,u,l,yes,{note}";

    [Theory]
    [InlineData("claim_id", "claim", "1:1: the column 'claim_id' is missing")]
    [InlineData(",80,", ",eighty,", "2:16: column gpu_hours: 'eighty' is no number")]
    [InlineData(",80,", ",-80,", "2:16: column gpu_hours: -80 is negative")]
    [InlineData(",80,", ",NaN,", "2:16: column gpu_hours: 'NaN' is no number")]
    [InlineData(
        "pretraining",
        "pre-training",
        "2:9: column method: 'pre-training' is no method; did you mean 'pretraining'?"
    )]
    [InlineData("x/y", "", "2:1: column claim_id: it is empty")]
    [InlineData("2025", "\"2025", "2:2: column year")]
    public void A_malformed_table_is_said_with_row_and_column(string from, string to, string says)
    {
        File.WriteAllText(scratch.File("claims.csv"), $"{Header}\n{Row("x/y", gpuHours: "80")}\n".Altered(from, to));
        var error = Assert.Throws<SpecException>(() => ClaimTable.Read(scratch.File("claims.csv")));
        Assert.Contains("claims.csv:", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_table_of_another_system_and_a_very_long_one_work_and_a_double_id_does_not()
    {
        File.WriteAllBytes(
            scratch.File("a.csv"),
            [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes($"{Header}\r\n{Row("x/y", gpuHours: "80")}\r\n")]
        );
        Assert.Equal(80, ClaimTable.Read(scratch.File("a.csv")).Single().GpuHours);
        File.WriteAllText(scratch.File("b.csv"), $"{Header}\n{Row("x/y")}\n{Row("x/y")}\n");
        Assert.Contains(
            "b.csv:3:1: column claim_id: 'x/y' stands twice",
            Assert.Throws<SpecException>(() => ClaimTable.Read(scratch.File("b.csv"))).Message,
            StringComparison.Ordinal
        );
        File.WriteAllText(scratch.File("c.csv"), Header + "\n");
        Assert.Contains(
            "no claims in it",
            Assert.Throws<UsageException>(() => ClaimTable.Read(scratch.File("c.csv"))).Message,
            StringComparison.Ordinal
        );
        using (var writer = new StreamWriter(scratch.File("d.csv")))
        {
            writer.WriteLine(Header);
            for (var i = 0; i < 1_000_000; i++)
                writer.WriteLine(Row($"r{i / 4}/b{i % 4}", gpu: "H100", count: "8", hours: "10", cost: "200"));
        }

        var checks = ClaimChecker.Check(
            ClaimTable.Read(scratch.File("d.csv")),
            new Assumptions(
                ClaimTable.Prices(Path.Combine(Own, "prices.csv")),
                ClaimTable.Ranges(Path.Combine(Own, "ranges.csv")),
                []
            )
        );
        Assert.Equal(250_000, checks.Count);
        Assert.All(checks, check => Assert.Equal(Verdict.Inside, check.Verdict));
    }
}
