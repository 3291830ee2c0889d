namespace Bench.Lab.Text;

/// <summary>Text to tokens and back.</summary>
public interface ITokenizer
{
    /// <summary>Number of tokens.</summary>
    int Size { get; }

    /// <summary>The token that begins a sequence; null where sequences begin with their text.</summary>
    int? Begin { get; }

    /// <summary>The token that ends a response.</summary>
    int End { get; }

    /// <summary>
    /// Other tokens that end a response, where a model has several; in a response they are read as <see cref="End"/>.
    /// </summary>
    IReadOnlyList<int> OtherEnds => [];

    /// <summary>A text's tokens, without the begin token.</summary>
    /// <exception cref="Tensors.LabException">The text holds what the tokenizer cannot spell.</exception>
    int[] Encode(string text);

    /// <summary>The text of tokens; begin and end tokens are silent.</summary>
    string Decode(IReadOnlyList<int> tokens);

    /// <summary>
    /// The bytes of UTF-8 that a token adds to a text that it goes on; none for a silent token. The bytes of
    /// tokens add up
    /// to the text, and one token may be a part of a character. Here: a tokenizer whose tokens are whole texts.
    /// </summary>
    byte[] BytesOf(int token) => System.Text.Encoding.UTF8.GetBytes(Decode([token]));

    /// <summary>A text's tokens after the token that begins a sequence.</summary>
    int[] Start(string text) => Begin is { } begin ? [begin, .. Encode(text)] : Encode(text);

    /// <summary>
    /// A user's message as the model knows messages, up to where it answers: in its chat template, or as it stands
    /// where it has none.
    /// </summary>
    int[] Ask(string message) => Start(message);

    /// <summary>Writes the tokenizer's file into a model's folder.</summary>
    void Save(string folder);
}
