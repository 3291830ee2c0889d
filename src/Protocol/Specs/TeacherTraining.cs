using System.Text.Json.Serialization;

namespace Bench.Protocol.Specs;

/// <summary>A teacher trained here on the tasks' gold solutions.</summary>
/// <param name="Tokens">How many tokens it is trained on, padding and prompts included.</param>
/// <param name="Model">Its shape.</param>
/// <param name="Optimiser">How it is trained.</param>
/// <param name="Dropout">The share of a perceptron's hidden units that is left out of each step (Srivastava et al. 2014).</param>
/// <param name="Jitter">By how many pixels a perceptron's images are moved at most, in each direction.</param>
public sealed record TeacherTraining(
    double Tokens, ModelShape Model, OptimiserSpec Optimiser,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] double Dropout = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Jitter = 0);
