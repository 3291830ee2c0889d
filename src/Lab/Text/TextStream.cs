namespace Bench.Lab.Text;

/// <summary>
/// Decodes tokens as they come and gives out whole characters only: a character may be spelt in several tokens.
/// </summary>
public sealed class TextStream
{
    private readonly ITokenizer tokenizer;

    // The tokens that were given out last stay: how a token is written can depend on the one before it.
    private readonly List<int> tokens;
    private string given;
    private int old;

    /// <param name="tokenizer">Of the tokens.</param>
    /// <param name="before">The token that stands before the first, where there is one.</param>
    public TextStream(ITokenizer tokenizer, int? before = null)
    {
        this.tokenizer = tokenizer;
        tokens = before is { } token ? [token] : [];
        (given, old) = (tokenizer.Decode(tokens), tokens.Count);
    }

    /// <summary>Takes a token and returns what can be said now; empty while a character is not complete.</summary>
    public string Add(int token)
    {
        tokens.Add(token);
        var text = tokenizer.Decode(tokens);
        if (text.EndsWith('\uFFFD'))
            return "";
        var fresh = text.Length > given.Length ? text[given.Length..] : "";
        tokens.RemoveRange(0, old);
        old = tokens.Count;
        given = tokenizer.Decode(tokens);
        return fresh;
    }

    /// <summary>The rest when no more tokens come: bytes that never became a character are U+FFFD.</summary>
    public string End()
    {
        var text = tokenizer.Decode(tokens);
        var rest = text.Length > given.Length ? text[given.Length..] : "";
        tokens.Clear();
        (given, old) = ("", 0);
        return rest;
    }
}
