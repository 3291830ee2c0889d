namespace Bench.Lab.Models;

/// <summary>A prompt and its response as one run of tokens, begin token first.</summary>
/// <param name="Tokens">All tokens.</param>
/// <param name="Start">Where the response begins.</param>
public sealed record Sequence(int[] Tokens, int Start)
{
    /// <summary>Tokens whose prediction counts.</summary>
    public int ResponseLength => Tokens.Length - Start;

    /// <summary>Tokens that a model processes: the last one is only predicted.</summary>
    public int Processed => Tokens.Length - 1;
}
