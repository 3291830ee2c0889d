namespace Bench.Protocol.Signals;

/// <summary>A teacher's access: what it lets others see of it. Each includes those before it.</summary>
public enum TeacherAccess
{
    /// <summary>Nothing: no teacher is asked.</summary>
    None,

    /// <summary>The text that it writes.</summary>
    Text,

    /// <summary>The probabilities of the likeliest tokens where it writes, at temperature 1.</summary>
    OwnProbabilities,

    /// <summary>Probabilities of any text that it is given to read.</summary>
    Reading,

    /// <summary>The activations of its layers.</summary>
    Activations,
}
