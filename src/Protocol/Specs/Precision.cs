using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>Numbers of weights and activations.</summary>
public enum Precision
{
    /// <summary>IEEE single precision.</summary>
    [Named("f32")]
    F32,

    /// <summary>bfloat16, with a master copy in single precision.</summary>
    [Named("bf16")]
    BF16,
}
