namespace Bench.Protocol.Tasks;

/// <summary>Which part of a task's problems; a prompt belongs to exactly one.</summary>
public enum Split
{
    Train,
    Validation,
    Test,
}
