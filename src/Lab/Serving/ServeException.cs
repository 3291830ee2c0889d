namespace Bench.Lab.Serving;

/// <summary>A request that is answered with an error.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">The problem and how to mend it.</param>
/// <param name="parameter">The field that is wrong; null where none is.</param>
internal sealed class ServeException(int status, string message, string? parameter = null) : Exception(message)
{
    internal int Status { get; } = status;

    internal string? Parameter { get; } = parameter;
}
