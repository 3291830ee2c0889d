namespace Bench.Protocol.Costs;

/// <summary>What a cost was for.</summary>
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
