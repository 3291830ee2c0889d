namespace Bench.Lab.Training;

/// <summary>How many sequences of a batch pass through a model at a time.</summary>
/// <param name="Lanes">Vectors of attention hold so many, a sequence in each lane.</param>
/// <param name="Together">A multiple of the lanes.</param>
internal readonly record struct SequenceParts(int Lanes, int Together)
{
    /// <summary>Fewer positions than this would not fill the vectors of the products well.</summary>
    private const int Enough = 512;

    /// <summary>Activations of more positions would take memory for no speed.</summary>
    private const int Most = 4096;

    private const int FewestLanes = 4;

    internal static SequenceParts Of(int sequences, int time, int mostLanes)
    {
        var lanes = mostLanes;
        while (lanes > FewestLanes && (lanes / 2 >= sequences || lanes * time > Most))
            lanes /= 2;
        return new SequenceParts(
            lanes,
            Math.Min(Padded(sequences, lanes), lanes * Math.Max(1, Enough / (lanes * time)))
        );
    }

    /// <summary>So many sequences with those that only fill up lanes.</summary>
    internal int Padded(int sequences) => Padded(sequences, Lanes);

    private static int Padded(int sequences, int lanes) => (sequences + lanes - 1) / lanes * lanes;
}
