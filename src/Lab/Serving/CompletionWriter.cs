using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bench.Lab.Text;

namespace Bench.Lab.Serving;

/// <summary>
/// Answers in the shapes of OpenAI's protocol: chat.completion and text_completion, whole or in chunks.
/// </summary>
internal sealed class CompletionWriter(
    CompletionRequest request,
    ITokenizer tokenizer,
    string model,
    string id,
    long created
)
{
    /// <summary>Minus infinity is no JSON: what is this unlikely, or less.</summary>
    private const float Least = -9999;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The whole answer.</summary>
    internal byte[] Whole(IReadOnlyList<ChoiceText> choices) =>
        Json(json =>
        {
            Head(json, request.Chat ? "chat.completion" : "text_completion");
            json.WriteStartArray("choices");
            for (var i = 0; i < choices.Count; i++)
            {
                json.WriteStartObject();
                json.WriteNumber("index", i);
                if (request.Chat)
                {
                    json.WriteStartObject("message");
                    json.WriteString("role", "assistant");
                    json.WriteString("content", choices[i].Text);
                    json.WriteEndObject();
                }
                else
                {
                    json.WriteString("text", choices[i].Text);
                }

                Likelihoods(json, choices[i].Tokens);
                json.WriteString("finish_reason", choices[i].FinishReason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            Usage(json, choices);
        });

    /// <summary>
    /// A piece of a choice that begins at an offset of its text, in characters; the first of a chat says who speaks.
    /// </summary>
    internal byte[] Chunk(
        int index,
        string? text,
        IReadOnlyList<WrittenToken> tokens,
        int offset = 0,
        bool first = false,
        string? finish = null
    ) =>
        Json(json =>
        {
            Head(json, request.Chat ? "chat.completion.chunk" : "text_completion");
            json.WriteStartArray("choices");
            json.WriteStartObject();
            json.WriteNumber("index", index);
            if (request.Chat)
            {
                json.WriteStartObject("delta");
                if (first)
                    json.WriteString("role", "assistant");
                if (text is not null)
                    json.WriteString("content", text);
                json.WriteEndObject();
            }
            else
            {
                json.WriteString("text", text ?? "");
            }

            Likelihoods(json, tokens, offset);
            if (finish is null)
                json.WriteNull("finish_reason");
            else
                json.WriteString("finish_reason", finish);
            json.WriteEndObject();
            json.WriteEndArray();
        });

    /// <summary>The counts of tokens, at the end of a stream.</summary>
    internal byte[] Counts(IReadOnlyList<ChoiceText> choices) =>
        Json(json =>
        {
            Head(json, request.Chat ? "chat.completion.chunk" : "text_completion");
            json.WriteStartArray("choices");
            json.WriteEndArray();
            Usage(json, choices);
        });

    private void Head(Utf8JsonWriter json, string kind)
    {
        json.WriteString("id", id);
        json.WriteString("object", kind);
        json.WriteNumber("created", created);
        json.WriteString("model", model);
    }

    private void Usage(Utf8JsonWriter json, IReadOnlyList<ChoiceText> choices)
    {
        var (prompt, completion) = (
            request.Prompts.Sum(tokens => tokens.Length),
            choices.Sum(choice => choice.Tokens.Count)
        );
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", prompt);
        json.WriteNumber("completion_tokens", completion);
        json.WriteNumber("total_tokens", prompt + completion);
        json.WriteEndObject();
    }

    private void Likelihoods(Utf8JsonWriter json, IReadOnlyList<WrittenToken> tokens, int offset = 0)
    {
        if (request.Alternatives < 0 || tokens.Count == 0)
        {
            json.WriteNull("logprobs");
            return;
        }

        json.WriteStartObject("logprobs");
        if (request.Chat)
            ChatLikelihoods(json, tokens);
        else
            TextLikelihoods(json, tokens, offset);
        json.WriteEndObject();
    }

    private void ChatLikelihoods(Utf8JsonWriter json, IReadOnlyList<WrittenToken> tokens)
    {
        json.WriteStartArray("content");
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            Entry(json, token.Token, token.LogProbability);
            json.WriteStartArray("top_logprobs");
            foreach (var (other, likelihood) in token.Alternatives)
            {
                json.WriteStartObject();
                Entry(json, other, likelihood);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void TextLikelihoods(Utf8JsonWriter json, IReadOnlyList<WrittenToken> tokens, int offset)
    {
        json.WriteStartArray("tokens");
        foreach (var token in tokens)
            json.WriteStringValue(Name(token.Token));
        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach (var token in tokens)
            json.WriteNumberValue(Finite(token.LogProbability));
        json.WriteEndArray();
        json.WriteStartArray("top_logprobs");
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            // Tokens that are spelt alike are one entry: the likelier. Few are, since spaces and bytes tell them apart.
            foreach (
                var (name, likelihood) in token
                    .Alternatives.Select(other => (Name: Name(other.Token), other.LogProbability))
                    .DistinctBy(entry => entry.Name)
            )
                json.WriteNumber(name, Finite(likelihood));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("text_offset");
        foreach (var token in tokens)
        {
            json.WriteNumberValue(offset);
            offset += CharactersOf([token]);
        }

        json.WriteEndArray();
    }

    private void Entry(Utf8JsonWriter json, int token, float likelihood)
    {
        json.WriteString("token", Name(token));
        json.WriteNumber("logprob", Finite(likelihood));
        json.WriteStartArray("bytes");
        foreach (var value in tokenizer.BytesOf(token))
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private string Name(int token) =>
        request.TokensAsIds
            ? string.Create(CultureInfo.InvariantCulture, $"token_id:{token}")
            : Spelt(tokenizer.BytesOf(token));

    // A part of a character is spelt as OpenAI's API spells it: bytes:\xe2\x80.
    private static string Spelt(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return "bytes:" + string.Concat(bytes.Select(value => $"\\x{value:x2}"));
        }
    }

    /// <summary>
    /// The characters (code points) that begin in tokens: bytes of UTF-8 that do not go on with a character.
    /// </summary>
    internal int CharactersOf(IReadOnlyList<WrittenToken> tokens) =>
        tokens.Sum(token => tokenizer.BytesOf(token.Token).Count(value => (value & 0xC0) != 0x80));

    private static float Finite(float likelihood) => Math.Max(likelihood, Least);

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return memory.ToArray();
    }
}
