namespace Bench.Lab.Tensors;

/// <summary>Work that cannot be done as asked: what, where, and how to mend it, in one line.</summary>
public class LabException(string message) : Exception(message);
