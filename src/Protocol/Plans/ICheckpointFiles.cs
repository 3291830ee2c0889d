using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>The facts of a teacher's files that a plan needs, before they are loaded.</summary>
public interface ICheckpointFiles
{
    /// <summary>The shape of a teacher that is a checkpoint or a graph, and the hash of its files.</summary>
    /// <exception cref="SpecException">It is nowhere and cannot be fetched.</exception>
    (ModelShape Shape, string Hash) Describe(TeacherSpec teacher);

    /// <summary>The shape of the weights that a student starts from, and the hash of their files.</summary>
    /// <exception cref="SpecException">They are nowhere and cannot be fetched.</exception>
    (ModelShape Shape, string Hash) Describe(FileReference weights);

    /// <summary>The shape that a config.json states.</summary>
    /// <exception cref="SpecException">It is nowhere and cannot be fetched, or is none.</exception>
    ModelShape ShapeOf(FileReference configuration);

    /// <summary>The number of tokens of a tokenizer, and the hash of its file.</summary>
    /// <exception cref="SpecException">It is nowhere and cannot be fetched.</exception>
    (int Size, string Hash) DescribeTokenizer(FileReference tokenizer);

    /// <summary>The hash of a file.</summary>
    /// <exception cref="SpecException">It is nowhere and cannot be fetched.</exception>
    string HashOf(FileReference file);
}
