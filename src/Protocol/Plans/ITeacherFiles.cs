using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>What a plan must know of a teacher that is loaded, before it is loaded.</summary>
public interface ITeacherFiles
{
    /// <summary>The checkpoint's shape and the hash of its files.</summary>
    /// <exception cref="SpecException">It is nowhere and cannot be fetched.</exception>
    (ModelShape Shape, string Hash) Describe(CheckpointSpec checkpoint);

    /// <summary>The hash of a file of recorded responses.</summary>
    /// <exception cref="SpecException">It is nowhere and cannot be fetched.</exception>
    string HashOf(CheckpointSpec file);
}
