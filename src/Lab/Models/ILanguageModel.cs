namespace Bench.Lab.Models;

/// <summary>A model of text that can be read and written with, wherever its weights are.</summary>
public interface ILanguageModel : IPredictor
{
    /// <summary>Starts writing a number of rows of at most that many positions each.</summary>
    IDecoding Begin(int rows, int positions);
}
