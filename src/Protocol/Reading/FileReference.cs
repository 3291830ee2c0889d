namespace Bench.Protocol.Reading;

/// <summary>A checkpoint by path, with an address to fetch it from where the path is absent.</summary>
/// <param name="Path">A llama2.c .bin file or a folder of ours; relative to the experiment file, BENCH_DATA or
/// ../shared/data.</param>
/// <param name="Url">Where to download it; null when it must be there.</param>
/// <param name="Sha256">Its checksum in lower-case hexadecimal; checked wherever the file came from.</param>
/// <param name="Tokenizer">The tokenizer file that belongs to it, with the same rules.</param>
/// <param name="Location">Where it stands in the file.</param>
public sealed record FileReference(
    [property: Key("path", "a file or a folder, relative to the experiment, BENCH_DATA or ../shared/data")] string Path,
    [property: Key("url", "where to download it")] Uri? Url,
    [property: Key("sha256", "its checksum; a download needs one")] string? Sha256,
    [property: Key("tokenizer", "the tokenizer that belongs to it")] FileReference? Tokenizer,
    SourceLocation? Location
)
{
    /// <summary>A config.json to plan with where the checkpoint itself is not here; null where it must be.</summary>
    [Key("config", "a config.json to plan with where the checkpoint itself is absent")]
    public string? Config { get; init; }

    /// <summary>
    /// Whether a file that is found here is taken as it is, and only a download must have the checksum.
    /// </summary>
    public bool LocalMayDiffer { get; init; }

    /// <summary>Reads a section of the keys path, url, sha256, tokenizer and config.</summary>
    internal static FileReference Read(SpecMapping section)
    {
        var path = section.Text("path", "a file or a folder");
        var url = section.OptionalText("url") is { } address ? Address(section, address) : null;
        var sha256 = section.OptionalText("sha256");
        if (sha256 is not null && !(sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower)))
            throw new SpecException(
                section.LocationOfValue("sha256"),
                "'sha256' is not a checksum",
                "64 lower-case hexadecimal digits"
            );
        if (url is not null && sha256 is null)
            throw new SpecException(section.LocationOfKey("url"), "a download needs a checksum", "add sha256:");
        var tokenizer = section.OptionalMapping("tokenizer") is { } inner ? Read(inner) : null;
        var config = section.OptionalText("config");
        section.Close();
        return new FileReference(
            Path: path,
            Url: url,
            Sha256: sha256,
            Tokenizer: tokenizer,
            Location: section.LocationOfValue("path")
        )
        {
            Config = config,
        };
    }

    /// <summary>A web address that stands under url.</summary>
    internal static Uri Address(SpecMapping section, string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "https" or "http"
            ? parsed
            : throw new SpecException(
                section.LocationOfValue("url"),
                "'url' is not a web address",
                "it starts with https://"
            );
}
