namespace Bench.Lab.Serving;

/// <summary>How a model is served.</summary>
public sealed record ServeOptions
{
    /// <summary>The address; loopback unless somebody says otherwise.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The model's name in the protocol.</summary>
    public required string ModelName { get; init; }

    /// <summary>The bearer token that a client must send; null where none is asked for.</summary>
    public string? Token { get; init; }

    /// <summary>The largest request, in bytes.</summary>
    public long LargestBody { get; init; } = 4 << 20;

    /// <summary>The most choices under way at a time; requests beyond are answered 429.</summary>
    public int Concurrency { get; init; } = 256;

    /// <summary>The most new tokens of a choice.</summary>
    public int TokenLimit { get; init; } = 4096;

    /// <summary>
    /// The most positions of a choice, its prompt included, where the model does not say how many it has.
    /// </summary>
    public int LongestText { get; init; } = 16_384;

    /// <summary>The most alternatives to a token whose log-probabilities can be asked for.</summary>
    public int TopLogprobs { get; init; } = 64;
}
