using Bench.Lab.Tensors;

namespace Bench.Lab.Teachers;

/// <summary>A server did not answer as it should.</summary>
/// <param name="message">The fault.</param>
/// <param name="mayRecover">Whether it may do better when it is asked again.</param>
/// <param name="wait">How long it asks to be left alone; null where it does not say.</param>
internal sealed class EndpointException(string message, bool mayRecover, TimeSpan? wait = null) : LabException(message)
{
    internal bool MayRecover { get; } = mayRecover;

    internal TimeSpan? Wait { get; } = wait;
}
