using System.Globalization;

namespace Bench.Protocol.Outcomes;

/// <summary>The form of a time in every file: UTC, to the second.</summary>
public static class Timestamp
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>As 2026-11-30T22:05:46Z.</summary>
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);
}
