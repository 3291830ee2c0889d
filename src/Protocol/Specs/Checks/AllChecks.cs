using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs.Checks;

/// <summary>All concerns, one class each.</summary>
internal static class AllChecks
{
    private static readonly ICheck[] Checks =
    [
        new TaskChecks(),
        new ImageChecks(),
        new OwnTextChecks(),
        new WordChecks(),
        new ItemChecks(),
        new ShareChecks(),
        new PoolChecks(),
        new GenerationChecks(),
        new MarkChecks(),
        new DetectionChecks(),
        new MethodChecks(),
        new AccessChecks(),
        new EndpointChecks(),
        new EvaluationChecks(),
        new SizeChecks(),
        new BudgetChecks(),
        new TuningChecks(),
        new LawChecks(),
        new ContrastChecks(),
    ];

    /// <exception cref="SpecException">Everything that is wrong.</exception>
    internal static void Run(ExperimentSpec spec, SpecMapping root)
    {
        foreach (var check in Checks)
        foreach (var error in check.Errors(spec, root))
            root.Note(error);
        root.ThrowNoted();
    }
}
