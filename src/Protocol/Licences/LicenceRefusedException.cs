namespace Bench.Protocol.Licences;

/// <summary>The licence gate refused a teacher.</summary>
public sealed class LicenceRefusedException(string message) : Exception(message);
