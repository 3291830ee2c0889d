using Bench.Lab.Models;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;

namespace Bench.Lab.Teachers;

/// <summary>A teacher. It answers; it has no parameters to touch, and so it is frozen.</summary>
internal interface ITeacher : IDisposable
{
    /// <summary>
    /// Continues prompts (see <see cref="TextGenerator.Continue"/>). A response is empty where what was written cannot
    /// be spelt in the tokenizer's tokens.
    /// </summary>
    /// <param name="texts">The prompts as people wrote them, for a teacher that is asked in words; null where they are
    /// what the tokens spell.</param>
    (IReadOnlyList<int[]> Responses, Charge Charge) Write(
        IReadOnlyList<int[]> prompts,
        int limit,
        int end,
        SamplingSpec sampling,
        Seed seed,
        ChargeKind kind,
        Action<int>? progress = null,
        IReadOnlyList<string>? texts = null
    );
}
