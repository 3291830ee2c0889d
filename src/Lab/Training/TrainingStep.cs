using Bench.Lab.Objectives;
using Bench.Protocol.Costs;

namespace Bench.Lab.Training;

/// <summary>One step's material.</summary>
/// <param name="Cost">Its cost, with the cost of making it.</param>
/// <param name="Parts">The batch in parts, which are made and learnt from one after the other to save memory.</param>
internal sealed record TrainingStep(StepCost Cost, IReadOnlyList<Func<TrainingBatch>> Parts);
