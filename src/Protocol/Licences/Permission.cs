namespace Bench.Protocol.Licences;

/// <summary>A licence's terms for training another, general model on a model's outputs and publishing it.</summary>
public enum Permission
{
    /// <summary>No limit.</summary>
    Yes,

    /// <summary>Allowed with duties.</summary>
    Conditional,

    /// <summary>Forbidden for that case.</summary>
    No,

    /// <summary>The clause was not read.</summary>
    Unclear,
}
