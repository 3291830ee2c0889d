using System.Globalization;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Store;

namespace Bench.Cli.Execution;

/// <summary>Keeps a store below a size: what is there is counted once, and then what each unit adds.</summary>
/// <param name="store">The store.</param>
/// <param name="most">The most bytes; null for no limit.</param>
internal sealed class StoreLimit(ContentStore store, double? most)
{
    private readonly Dictionary<string, long> known = most is null
        ? []
        : store.Entries(examined: false).ToDictionary(entry => entry.Key, entry => entry.Bytes);

    /// <summary>Makes sure that there is room.</summary>
    /// <exception cref="SpecException">There is none.</exception>
    internal void Check()
    {
        var bytes = known.Values.Sum();
        if (bytes > most)
            throw new SpecException(
                null,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{store.Root}: the store holds {bytes / 1048576.0:0.###} MiB, and BENCH_STORE_GIB allows "
                        + $"{most / 1048576:0.###}"
                ),
                "bench store gc shows what no results refer to and frees it with --delete; finished units are kept"
            );
    }

    /// <summary>A unit has ended; what it published counts from now on.</summary>
    internal void Add(UnitOfWork unit)
    {
        if (
            most is null
            || known.ContainsKey(unit.Fingerprint.Text)
            || store.Find(unit.Fingerprint.Text) is not { } folder
        )
            return;
        known[unit.Fingerprint.Text] = new DirectoryInfo(folder)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Sum(file => file.Length);
        Check();
    }
}
