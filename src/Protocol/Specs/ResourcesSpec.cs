using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>
/// The limits of a unit of work, and where a cluster runs it. Nothing of it changes a result; a missing limit follows
/// from the prediction.
/// </summary>
public sealed record ResourcesSpec : ICheckedSection
{
    /// <summary>
    /// Options of sbatch that Bench sets itself: how it finds its jobs again, and what they wait for.
    /// </summary>
    private static readonly HashSet<string> Own =
    [
        "--job-name",
        "--array",
        "--output",
        "--error",
        "--dependency",
        "--clusters",
        "--test-only",
        "--parsable",
        "--wait",
        "--wrap",
        "--kill-on-invalid-dep",
        "--no-requeue",
        "--chdir",
    ];

    /// <summary>The longest that a unit may take; null for much longer than is predicted.</summary>
    [Key("seconds", "the longest that a unit may take", Low = 1, High = 1e8, Default = "much longer than predicted")]
    public double? Seconds { get; init; }

    /// <summary>Memory of a unit's process on a cluster; null for what is predicted, with room.</summary>
    [Key(
        "memory-mib",
        "memory of a unit's process on a cluster, in MiB",
        Low = 16,
        High = 1e8,
        Default = "the prediction, with room"
    )]
    public double? MemoryMib { get; init; }

    /// <summary>
    /// How often a cluster tries a unit that it preempted, that took too long or too much memory, or whose node failed.
    /// </summary>
    [Key("attempts", "how often a cluster tries a unit that it stopped", Low = 1, High = 100)]
    public int Attempts { get; init; } = 3;

    [Key("partition", "the cluster's partition")]
    public string? Partition { get; init; }

    /// <summary>Generic resources, e.g. gpu:1; null for one gpu where the experiment's device is one.</summary>
    [Key("gres", "generic resources, e.g. gpu:1")]
    public string? Gres { get; init; }

    /// <summary>More of sbatch's options, e.g. --account=lab.</summary>
    [Key("flags", "more of sbatch's options, e.g. --account=lab")]
    public IReadOnlyList<string> Flags { get; init; } = [];

    // Each of these becomes one word of a script's header.
    void ICheckedSection.Check(SpecMapping section)
    {
        if (Partition is not null)
            OneWord(section, Partition, section.LocationOfValue("partition"));
        if (Gres is not null)
            OneWord(section, Gres, section.LocationOfValue("gres"));
        foreach (var (flag, location) in section.Words("flags"))
        {
            var option = flag.Split('=')[0];
            if (!flag.StartsWith("--", StringComparison.Ordinal))
                section.Note(
                    new SpecException(location, $"'{flag}' is no option of sbatch", "write it as --option=value")
                );
            else if (Own.Contains(option))
                section.Note(new SpecException(location, $"'{option}' is set by Bench itself", "remove it"));
            else
                OneWord(section, flag, location);
        }
    }

    private static void OneWord(SpecMapping section, string text, SourceLocation location)
    {
        if (text.Length > 0 && text.All(c => c is > ' ' and < '\x7f'))
            return;
        section.Note(
            new SpecException(location, $"'{text}' is not one word", "use letters, digits and signs without spaces")
        );
    }
}
