namespace Bench.Lab.Models;

/// <summary>What can be read and written with: a model of text, wherever its weights are.</summary>
public interface ILanguageModel : IPredictor
{
    /// <summary>Starts writing a number of rows of at most that many positions each.</summary>
    IDecoding Begin(int rows, int positions);
}
