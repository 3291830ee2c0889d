namespace Bench.Protocol.Specs;

/// <summary>A checkpoint by path, with an address to fetch it from where the path is absent.</summary>
/// <param name="Path">A llama2.c .bin file or a folder of ours; relative to the experiment file, BENCH_DATA or ../shared/data.</param>
/// <param name="Url">Where to download it; null when it must be there.</param>
/// <param name="Sha256">Its checksum in lower-case hexadecimal; checked wherever the file came from.</param>
/// <param name="Tokenizer">The tokenizer file that belongs to it, with the same rules.</param>
/// <param name="Place">Where it stands in the file.</param>
public sealed record CheckpointSpec(string Path, Uri? Url, string? Sha256, CheckpointSpec? Tokenizer, Place? Place)
{
    /// <summary>A config.json to plan with where the checkpoint itself is not here; null where it must be.</summary>
    public string? Config { get; init; }

    /// <summary>Whether a file that is found here is taken as it is, and only a download must have the checksum.</summary>
    public bool LocalMayDiffer { get; init; }
}
