using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>How learning rates are chosen: every method has the same trials, measured on validation items and charged as tuning.</summary>
/// <param name="LearningRates">The trials.</param>
/// <param name="Budget">What each trial spends, in the experiment's unit.</param>
/// <param name="Items">Validation items of each task.</param>
/// <param name="Seed">The trials' seed.</param>
/// <param name="Location">Where the section stands in the file.</param>
public sealed record TuningSpec(IReadOnlyList<double> LearningRates, Budget Budget, int Items, long Seed, SourceLocation Location);
