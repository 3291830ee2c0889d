namespace Bench.Protocol.Plans;

/// <summary>One process's worth of work.</summary>
public abstract record UnitOfWork
{
    /// <summary>The key of its result in the store.</summary>
    public required Fingerprint Fingerprint { get; init; }

    /// <summary>Its name for people, e.g. "tiny traces 8e10 seed 1".</summary>
    public required string Label { get; init; }

    /// <summary>The units whose results it reads.</summary>
    public required IReadOnlyList<UnitOfWork> Needs { get; init; }

    public required Prediction Prediction { get; init; }

    /// <summary>Whether nothing may run beside it.</summary>
    public virtual bool RunsAlone => false;

    /// <summary>All the units that it needs, and that those need, and itself last.</summary>
    public IEnumerable<UnitOfWork> WithNeeds() => Needs.SelectMany(need => need.WithNeeds()).Append(this).Distinct();

    /// <summary>The value of the column run in the ledger.</summary>
    public virtual string Run => Fingerprint.Short;
}
