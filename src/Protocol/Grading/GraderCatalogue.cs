namespace Bench.Protocol.Grading;

/// <summary>Graders by the names of the benchmarks and formats that they are for.</summary>
public static class GraderCatalogue
{
    private static readonly SortedDictionary<string, IGrader> Graders = new(StringComparer.Ordinal)
    {
        ["gsm8k"] = new NumberGrader(),
        ["math"] = new MathGrader(),
        ["math-500"] = new MathGrader(),
        ["multiple-choice"] = new ChoiceGrader(),
        ["exact"] = new ExactGrader(),
    };

    public static IReadOnlyCollection<string> Names => Graders.Keys;

    /// <summary>The grader of a name; null where there is none.</summary>
    public static IGrader? Find(string name) => Graders.GetValueOrDefault(name);
}
