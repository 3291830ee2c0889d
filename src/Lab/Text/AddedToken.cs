namespace Bench.Lab.Text;

/// <summary>A token that stands outside the vocabulary's merges and is found in a text as it is written.</summary>
/// <param name="Id">The token.</param>
/// <param name="Content">The written text.</param>
/// <param name="Special">Whether it is silent when text is wanted.</param>
/// <param name="Normalised">Whether it is looked for after the text's normalisation.</param>
/// <param name="StripLeft">Whether white space before it belongs to it.</param>
/// <param name="StripRight">Whether white space after it belongs to it.</param>
/// <param name="SingleWord">Whether it counts only where no letter or digit is next to it.</param>
internal sealed record AddedToken(
    int Id,
    string Content,
    bool Special,
    bool Normalised,
    bool StripLeft,
    bool StripRight,
    bool SingleWord
);
