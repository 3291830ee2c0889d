using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs;

/// <summary>A task of the experiment.</summary>
/// <param name="Name">The experiment's name for it.</param>
/// <param name="Kind">The kind in the catalogue.</param>
/// <param name="Task">The task; a record, so equal options make equal tasks.</param>
public sealed record TaskSpec(string Name, string Kind, ITask Task)
{
    /// <summary>The inputs of its problems and scores.</summary>
    public Inputs Inputs =>
        new()
        {
            { "name", Name },
            { "task", Kind },
            Inputs.Of(Task),
        };
}
