namespace Bench.Protocol.Machines;

/// <summary>Measured properties of the processes of a machine.</summary>
/// <param name="StartSeconds">From the start of a process until libtorch is loaded.</param>
/// <param name="WarmUpSeconds">Seconds of a process's first steps of training and first responses beyond later ones:
/// methods are compiled then.</param>
/// <param name="Cores">Processes that train at once when each core has one.</param>
/// <param name="KeptTogether">Of its speed alone, what each of so many processes keeps: they share caches and memory,
/// and some cores are halves of one.</param>
/// <param name="SignalBytesPerSecond">A teacher's probabilities read from the signal cache; null where that was not
/// measured.</param>
/// <param name="MatrixFlopsPerSecond">float32 matrix products of 2048 × 2048; null where they were not
/// measured.</param>
public sealed record ProcessRates(
    double StartSeconds,
    double WarmUpSeconds,
    double Cores,
    double KeptTogether,
    double? SignalBytesPerSecond = null,
    double? MatrixFlopsPerSecond = null
)
{
    private const string Start = "start, seconds";
    private const string WarmUp = "first steps beyond later ones, seconds";
    private const string CoreCount = "cores";
    private const string Kept = "share of its speed that a process keeps when all cores are busy";
    private const string Signals = "signal cache, bytes a second";
    private const string Products = "matrix products, FLOPs a second";

    /// <summary>By the names that a table of rates gives them.</summary>
    internal IEnumerable<KeyValuePair<string, double>> Facts =>
        new (string Name, double? Value)[]
        {
            (Start, StartSeconds),
            (WarmUp, WarmUpSeconds),
            (CoreCount, Cores),
            (Kept, KeptTogether),
            (Signals, SignalBytesPerSecond),
            (Products, MatrixFlopsPerSecond),
        }
            .Where(fact => fact.Value is not null)
            .Select(fact => KeyValuePair.Create(fact.Name, fact.Value!.Value));

    /// <summary>Whether its numbers can be those of a machine.</summary>
    internal bool IsPlausible =>
        this
            is {
                StartSeconds: >= 0 and < 1e4,
                WarmUpSeconds: >= 0 and < 1e4,
                Cores: >= 1 and < 1e5,
                KeptTogether: > 0 and <= 1,
                SignalBytesPerSecond: null or > 0,
                MatrixFlopsPerSecond: null or > 0
            };

    /// <summary>Null where one is missing that a forecast needs.</summary>
    internal static ProcessRates? Of(IReadOnlyDictionary<string, double> facts) =>
        new[] { Start, WarmUp, CoreCount, Kept }.All(facts.ContainsKey)
            ? new(
                StartSeconds: facts[Start],
                WarmUpSeconds: facts[WarmUp],
                Cores: facts[CoreCount],
                KeptTogether: facts[Kept],
                SignalBytesPerSecond: facts.TryGetValue(Signals, out var signals) ? signals : null,
                MatrixFlopsPerSecond: facts.TryGetValue(Products, out var products) ? products : null
            )
            : null;

    /// <summary>
    /// Of its speed alone, what each of a number of processes keeps; of more than there are cores, each has a part of
    /// one.
    /// </summary>
    public double KeptBy(int jobs) =>
        jobs <= 1 ? 1
        : jobs >= Cores ? KeptTogether * Cores / jobs
        : 1 - (1 - KeptTogether) * (jobs - 1) / (Cores - 1);
}
