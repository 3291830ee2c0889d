using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;

namespace Bench.Protocol.Specs;

/// <summary>A student by name.</summary>
/// <param name="Name">The experiment's name for it.</param>
/// <param name="Model">Its shape.</param>
/// <param name="Bytes">Whether its tokens are the bytes of the text; else they are the teacher's.</param>
public sealed record StudentSpec(string Name, ModelShape Model, bool Bytes = false)
{
    /// <summary>What it is, apart from the weights that it starts from.</summary>
    public Inputs Inputs => new() { { "name", Name }, { "model", Model.Inputs }, { "tokenizer", Bytes ? "bytes" : "teacher" } };

    /// <summary>How the weights are made that it starts from; null where they are random or a checkpoint's. The unit that makes them stands in for it.</summary>
    public GoldTraining? Training { get; init; }

    /// <summary>The weights that it starts from; null where it starts from random ones. Their hash stands in for them.</summary>
    public FileReference? Checkpoint { get; init; }
}
