using System.Globalization;
using System.Text.RegularExpressions;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Claims;

/// <summary>
/// The parts of a claim that carry over to another scale: its student's size beside its teacher, and how much text the
/// student had for its size.
/// </summary>
/// <param name="Run">The claim's run.</param>
/// <param name="StudentShare">The student's parameters divided by its teacher's; null where one is not stated.</param>
/// <param name="TokensPerParameter">Tokens that were trained on, all passes counted, for each of the student's
/// parameters; null where it is not stated.</param>
/// <param name="Missing">The quantities that are not stated.</param>
public sealed partial record ClaimScale(
    string Run,
    double? StudentShare,
    double? TokensPerParameter,
    IReadOnlyList<string> Missing
)
{
    /// <summary>Whether the tokens are a lower bound: how many passes were made is not stated.</summary>
    public bool TokensAreLeast { get; init; }

    /// <summary>
    /// The scale of a run. Its teacher's parameters are those of the row where that teacher is the student, or the size
    /// in its name.
    /// </summary>
    /// <param name="claims">The table.</param>
    /// <param name="run">The part of claim_id that names the run.</param>
    /// <exception cref="SpecException">There is no such run.</exception>
    public static ClaimScale Of(IReadOnlyList<Claim> claims, string run)
    {
        var rows = claims.Where(claim => claim.Run == run).ToArray();
        if (rows.Length == 0)
            throw new UsageException(
                $"there is no claim '{run}'",
                Suggestion.For(run, [.. claims.Select(claim => claim.Run).Distinct()])
            );
        var student = rows.Select(row => row.Parameters).FirstOrDefault(value => value is not null);
        var named = rows.Select(row => row.Teacher).FirstOrDefault(name => name.Length > 0) ?? "";
        var teacher =
            claims.FirstOrDefault(claim => claim.Student == named && claim.Parameters is not null)?.Parameters
            ?? SizeIn(named);
        var counted = rows.Select(ClaimChecker.Tokens).FirstOrDefault(value => value is not null);
        var tokens = counted?.Value;
        string[] missing =
        [
            .. student is null ? new[] { "the student's parameters" } : [],
            .. teacher is null ? new[] { "the teacher's parameters" } : [],
            .. tokens is null ? new[] { "the tokens that were trained on" } : [],
        ];
        return new ClaimScale(run, student / teacher, tokens / student, missing)
        {
            TokensAreLeast = counted?.IsLeast == true,
        };
    }

    // As in PaLM-540B; of a mixture of experts (235B-A22B) that is all of them.
    private static double? SizeIn(string name) =>
        Size().Match(name) is { Success: true } size
            ? double.Parse(size.Groups[1].Value, CultureInfo.InvariantCulture) * 1e9
            : null;

    [GeneratedRegex(@"\b(\d+(?:\.\d+)?)B\b", RegexOptions.CultureInvariant)]
    private static partial Regex Size();
}
