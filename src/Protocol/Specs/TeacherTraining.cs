namespace Bench.Protocol.Specs;

/// <summary>A teacher trained here on the tasks' gold solutions.</summary>
/// <param name="Tokens">How many tokens it is trained on, padding and prompts included.</param>
/// <param name="Model">Its shape.</param>
/// <param name="Optimiser">How it is trained.</param>
public sealed record TeacherTraining(double Tokens, ModelShape Model, OptimiserSpec Optimiser);
