namespace Bench.Protocol.Store;

/// <summary>An entry of a store as an examination found it.</summary>
/// <param name="Key">Its fingerprint.</param>
/// <param name="Folder">Where it is.</param>
/// <param name="Bytes">The size of its files.</param>
/// <param name="Wrong">Files that are missing, changed or not its own; null where it was made before there were
/// checksums.</param>
public sealed record StoredEntry(string Key, string Folder, long Bytes, IReadOnlyList<string>? Wrong)
{
    /// <summary>Whether it cannot be what was written.</summary>
    public bool IsDamaged => Wrong is { Count: > 0 };
}
