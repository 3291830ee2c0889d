namespace Bench.Protocol.Costs;

/// <summary>The kind of a model's work, by which a device's rate differs.</summary>
public enum Work
{
    /// <summary>Forward and backward passes over whole batches.</summary>
    Training,

    /// <summary>Forward passes over whole sequences.</summary>
    Reading,

    /// <summary>One token after the other.</summary>
    Writing,
}
