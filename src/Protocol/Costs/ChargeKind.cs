namespace Bench.Protocol.Costs;

/// <summary>The purpose of a cost.</summary>
public enum ChargeKind
{
    TeacherTraining,
    TeacherGeneration,
    TeacherScoring,
    StudentTraining,
    Evaluation,
    Tuning,
    StudentPretraining,
    LostAttempts,
}
