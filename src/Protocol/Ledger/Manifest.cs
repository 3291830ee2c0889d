namespace Bench.Protocol.Ledger;

/// <summary>The inputs and the machine of a result.</summary>
public sealed record Manifest
{
    public required string Experiment { get; init; }

    /// <summary>
    /// The units that trained or loaded the teachers whose rows are recorded, by run: a teacher's run has the same name
    /// in every version.
    /// </summary>
    public required IReadOnlyDictionary<string, string> TeacherUnits { get; init; }

    /// <summary>The experiment file as it was.</summary>
    public required string Spec { get; init; }

    public required string SpecSha256 { get; init; }

    /// <summary>SHA-256 of the registration that stood beside the experiment; null where none did.</summary>
    public string? RegistrationSha256 { get; init; }

    public required string Commit { get; init; }

    public required bool Dirty { get; init; }

    public required IReadOnlyDictionary<string, string> Packages { get; init; }

    public required string Tensors { get; init; }

    public required string Cpu { get; init; }

    public required int Cores { get; init; }

    public required string Device { get; init; }

    public required string OperatingSystem { get; init; }

    public required string Runtime { get; init; }

    /// <summary>SHA-256 of every file of data that was read.</summary>
    public required IReadOnlyDictionary<string, string> Data { get; init; }

    public required IReadOnlyDictionary<string, string> Licences { get; init; }

    public required IReadOnlyList<string> Boundary { get; init; }

    /// <summary>Where the column joules comes from.</summary>
    public string Energy { get; init; } = "read from RAPL or NVML where they may be read, else empty";

    /// <summary>The rate that dollars come from.</summary>
    public required string Prices { get; init; }
}
