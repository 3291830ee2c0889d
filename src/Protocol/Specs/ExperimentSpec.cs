using Bench.Protocol.Costs;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>One experiment: a question and everything needed to answer it.</summary>
public sealed record ExperimentSpec
{
    /// <summary>The version of the file format.</summary>
    public const int CurrentSchema = 1;

    public required string File { get; init; }

    /// <summary>The file's content.</summary>
    public required string Text { get; init; }

    /// <summary>SHA-256 of the file's bytes, lower-case hexadecimal.</summary>
    public required string FileHash { get; init; }

    public required string Name { get; init; }

    public required string Question { get; init; }

    public required IReadOnlyList<TaskSpec> Tasks { get; init; }

    /// <summary>One, or several that are compared.</summary>
    public required IReadOnlyList<TeacherSpec> Teachers { get; init; }

    public required IReadOnlyList<StudentSpec> Students { get; init; }

    /// <summary>Methods first, then baselines.</summary>
    public required IReadOnlyList<MethodSpec> Methods { get; init; }

    public required IReadOnlyList<Budget> Budgets { get; init; }

    /// <summary>Where the budgets stand in the file.</summary>
    public required SourceLocation BudgetsLocation { get; init; }

    public required IReadOnlyList<long> Seeds { get; init; }

    public required EvaluationSpec Evaluation { get; init; }

    /// <summary>How many distinct training problems (or windows of text) the teacher is asked for.</summary>
    public required int Prompts { get; init; }

    /// <summary>Passes over the examples when the budget is in queries.</summary>
    public required int Epochs { get; init; }

    /// <summary>The published claim that it stands beside; null for none.</summary>
    public required ClaimPoint? As { get; init; }

    /// <summary>Laws to fit; null for none.</summary>
    public required LawSpec? Laws { get; init; }

    public required OptimiserSpec Training { get; init; }

    /// <summary>How learning rates are chosen; null when they are given.</summary>
    public required TuningSpec? Tuning { get; init; }

    /// <summary>What a run's total cost adds up.</summary>
    public required IReadOnlyList<ChargeKind> Boundary { get; init; }

    public required Accelerator Prices { get; init; }

    /// <summary>Threads of one unit of work.</summary>
    public required int Threads { get; init; }

    /// <summary>What a unit may take, and where a cluster runs it.</summary>
    public required ResourcesSpec Resources { get; init; }

    /// <summary>How models are measured in use; null for not at all. Nothing of it changes a student.</summary>
    public DeploymentSpec? Deployment { get; init; }

    /// <summary>cpu, cuda or cuda:N.</summary>
    public required string Device { get; init; }

    /// <summary>f32 or bf16.</summary>
    public required string Precision { get; init; }
}
