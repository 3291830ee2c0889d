namespace Bench.Protocol.Specs;

/// <summary>The teacher: trained here or loaded from a checkpoint.</summary>
public sealed record TeacherSpec
{
    public required string Name { get; init; }

    /// <summary>SPDX id or name of the licence under which the teacher's weights and outputs come.</summary>
    public required string Licence { get; init; }

    /// <summary>Where the licence stands in the file, for the gate's message.</summary>
    public required Place LicencePlace { get; init; }

    /// <summary>Set when the teacher is trained here.</summary>
    public TeacherTraining? Training { get; init; }

    /// <summary>Set when the teacher is loaded.</summary>
    public CheckpointSpec? Checkpoint { get; init; }

    /// <summary>How the teacher writes.</summary>
    public required SamplingSpec Sampling { get; init; }
}

/// <summary>A teacher trained here on the tasks' gold solutions.</summary>
/// <param name="Tokens">How many tokens it is trained on, padding and prompts included.</param>
/// <param name="Model">Its shape.</param>
/// <param name="Optimiser">How it is trained.</param>
public sealed record TeacherTraining(double Tokens, ModelShape Model, OptimiserSpec Optimiser);

/// <summary>A checkpoint by path, with an address to fetch it from where the path is absent.</summary>
/// <param name="Path">A llama2.c .bin file or a folder of ours; relative to the experiment file, BENCH_DATA or ../shared/data.</param>
/// <param name="Url">Where to download it; null when it must be there.</param>
/// <param name="Sha256">Its checksum in lower-case hexadecimal; checked wherever the file came from.</param>
/// <param name="Tokenizer">The tokenizer file that belongs to it, with the same rules.</param>
/// <param name="Place">Where it stands in the file.</param>
public sealed record CheckpointSpec(string Path, Uri? Url, string? Sha256, CheckpointSpec? Tokenizer, Place Place);
