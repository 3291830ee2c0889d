using Bench.Protocol.Objectives;

namespace Bench.Lab.Objectives;

/// <summary>Computes an objective of one kind.</summary>
internal abstract class ObjectiveLoss<TObjective> : ObjectiveLoss
    where TObjective : Objective;
