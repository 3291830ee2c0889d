using Bench.Protocol.Seeds;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Tasks;

/// <summary>Seeds of what is the same for every student.</summary>
internal static class TaskSeeds
{
    /// <summary>Teachers' weights and order.</summary>
    internal static readonly Seed Teacher = new(0);

    /// <summary>The problems that a model is trained on that is trained here.</summary>
    internal static readonly Seed Gold = new(1);

    /// <summary>Training problems and training text.</summary>
    internal static readonly Seed Training = new(2);

    /// <summary>The weights that a student starts from, and draws of a teacher's probabilities.</summary>
    internal static readonly Seed Start = new(4);

    /// <summary>Held-out text: what is tested on, and what is tuned on.</summary>
    internal static Seed HeldOut(Split split) => new(split == Split.Validation ? 5 : 3);
}
