using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>How a problem is put to a model.</summary>
public enum Asking
{
    /// <summary>As a user's message, in the model's chat template.</summary>
    [Named("chat")]
    Chat,

    /// <summary>As it stands.</summary>
    [Named("plain")]
    Plain,
}
