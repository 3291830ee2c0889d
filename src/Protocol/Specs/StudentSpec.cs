using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;

namespace Bench.Protocol.Specs;

/// <summary>A student by name.</summary>
public sealed record StudentSpec
{
    /// <summary>The experiment's name for it.</summary>
    [Key("name", "its name in tables", IsName = true, Remedy = "name the student")]
    public required string Name { get; init; }

    /// <summary>The origin of its tokens.</summary>
    [Key("tokenizer", "the teacher's tokens, or the bytes of the text")]
    public StudentTokens Tokenizer { get; init; }

    /// <summary>Whether its tokens are the bytes of the text; else they are the teacher's.</summary>
    public bool Bytes => Tokenizer == StudentTokens.Bytes;

    /// <summary>Its shape.</summary>
    public ModelShape Model { get; init; } = ModelShape.Unknown;

    /// <summary>
    /// How the weights are made that it starts from; null where they are random or a checkpoint's. The unit that makes
    /// them stands in for it.
    /// </summary>
    public GoldTraining? Training { get; init; }

    /// <summary>
    /// The weights that it starts from; null where it starts from random ones. Their hash stands in for them.
    /// </summary>
    public FileReference? Checkpoint { get; init; }

    /// <summary>Whether it can do something before anyone teaches it.</summary>
    public bool IsPretrained => Training is not null || Checkpoint is not null;

    /// <summary>Its description, apart from the weights that it starts from.</summary>
    public Inputs Inputs => new() { Inputs.Of(this), { "model", Model.Inputs } };
}
