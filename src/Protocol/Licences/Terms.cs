namespace Bench.Protocol.Licences;

/// <summary>A row of licences.csv: a licence as it was read, which is no legal advice.</summary>
/// <param name="Key">By which an experiment acknowledges the condition.</param>
/// <param name="Licence">The name that an experiment gives.</param>
/// <param name="Permission">The permission that it gives.</param>
/// <param name="Models">Models that come under it.</param>
/// <param name="Condition">Its condition, in our words.</param>
/// <param name="Source">Where it was read.</param>
public sealed record Terms(
    string Key,
    string Licence,
    Permission Permission,
    string Models,
    string Condition,
    string Source
);
