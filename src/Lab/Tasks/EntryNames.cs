using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Tasks;

/// <summary>Names of files that units leave in the store.</summary>
internal static class EntryNames
{
    /// <summary>A teacher's responses to the training prompts.</summary>
    internal const string Text = "text.bin";

    /// <summary>A teacher's probabilities of a text.</summary>
    internal const string Probabilities = "probabilities.bin";

    /// <summary>A teacher's activations of a text.</summary>
    internal const string States = "states.bin";

    /// <summary>A teacher's text in words.</summary>
    internal const string Traces = "traces.jsonl";

    /// <summary>A teacher's responses to the items of a split, or its windows there.</summary>
    internal static string HeldOut(Split split) => $"held-out-{Names<Split>.Of(split)}.bin";

    /// <summary>A teacher's most likely tokens in those windows.</summary>
    internal static string Choices(Split split) => $"choices-{Names<Split>.Of(split)}.bin";
}
