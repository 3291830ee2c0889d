namespace TorchSharp;

/// <summary>
/// Disposes the tensors that were created on this thread while it was the innermost scope, unless they were moved out.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic] private static DisposeScope? innermost;

    private readonly HashSet<torch.Tensor> tensors = new(ReferenceEqualityComparer.Instance);
    private readonly DisposeScope? outer;

    internal DisposeScope()
    {
        outer = innermost;
        innermost = this;
    }

    /// <summary>How many tensors this scope would dispose now.</summary>
    public int DisposablesCount => tensors.Count;

    internal static DisposeScope? Include(torch.Tensor tensor)
    {
        innermost?.tensors.Add(tensor);
        return innermost;
    }

    internal void Forget(torch.Tensor tensor) => tensors.Remove(tensor);

    internal DisposeScope? Adopt(torch.Tensor tensor)
    {
        tensors.Remove(tensor);
        outer?.tensors.Add(tensor);
        return outer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in tensors.ToArray()) tensor.Dispose();
        tensors.Clear();
        if (innermost == this) innermost = outer;
    }
}
