namespace Bench.Protocol.Reading;

/// <summary>A section could not be read; what is wrong with it was noted already.</summary>
internal sealed class SectionFailedException : Exception { }
