using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>The program by which a teacher wrote elsewhere.</summary>
public enum Engine
{
    [Named("unknown")]
    Unknown,

    [Named("transformers")]
    Transformers,

    [Named("llama.cpp")]
    LlamaCpp,

    [Named("vllm")]
    Vllm,

    [Named("sglang")]
    SgLang,

    [Named("tensorrt-llm")]
    TensorRtLlm,
}
