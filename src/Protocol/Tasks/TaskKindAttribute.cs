namespace Bench.Protocol.Tasks;

/// <summary>The name under which an experiment asks for a task. The class has a constructor that takes <see cref="TaskOptions"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TaskKindAttribute(string kind) : Attribute
{
    public string Kind { get; } = kind;
}
