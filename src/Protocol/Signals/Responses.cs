using Bench.Protocol.Reading;

namespace Bench.Protocol.Signals;

/// <summary>The teacher's text.</summary>
[Named("text", "the teacher's text")]
public sealed record Responses : Signal
{
    /// <summary>The share of prompts whose response is the gold solution instead of the teacher's.</summary>
    [Key(
        "gold-share",
        "share of the prompts whose response is the gold solution instead of the teacher's",
        Low = 0,
        High = 1,
        Neutral = 0
    )]
    public double GoldShare { get; init; }

    /// <summary>How the prompts are chosen that a budget in queries pays for.</summary>
    [Key("choose", "which prompts of the pool a budget in queries pays for")]
    public PromptChoice Choose { get; init; }

    /// <inheritdoc/>
    public override TeacherAccess Asks => TeacherAccess.Text;
}
