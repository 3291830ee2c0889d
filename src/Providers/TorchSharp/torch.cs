using System.Diagnostics.CodeAnalysis;

namespace TorchSharp;

/// <summary>Functions of torch: factories, joins, modes.</summary>
[SuppressMessage("Naming", "CA1724", Justification = "TorchSharp's name")]
public static unsafe partial class torch
{
    /// <summary>The CPU.</summary>
    public static Device CPU { get; } = new(DeviceType.CPU);

    /// <summary>libtorch's version.</summary>
    public static string __version__ => System.Runtime.InteropServices.Marshal.PtrToStringUTF8(Native.bt_version())!;

    /// <summary>A device by name: cpu, cuda or cuda:1.</summary>
    public static Device device(string description) => new(description);

    public static DisposeScope NewDisposeScope() => new();

    /// <summary>No gradients are recorded on this thread until the result is disposed.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    public static bool is_grad_enabled() => Native.bt_grad_enabled() != 0;

    public static void set_num_threads(int num) => Native.Check(Native.bt_set_num_threads(num));

    public static Tensor empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        var (type, at) = Place(dtype, device);
        fixed (long* shape = size)
            return new Tensor(Native.Check(Native.bt_empty(shape, size.Length, type, (int)at.type, at.index))).requires_grad_(requires_grad);
    }

    public static Tensor zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Filled(size, 0, dtype, device, requires_grad);

    public static Tensor ones(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Filled(size, 1, dtype, device, requires_grad);

    public static Tensor full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Filled(size, value.Value, dtype, device, requires_grad);

    public static Tensor cat(IList<Tensor> tensors, long dim = 0)
    {
        var handles = Handles(tensors);
        fixed (nint* pointer = handles)
        {
            var result = new Tensor(Native.Check(Native.bt_cat(pointer, handles.Length, dim)));
            GC.KeepAlive(tensors);
            return result;
        }
    }

    public static Tensor where(Tensor condition, Tensor x, Tensor y)
    {
        var result = new Tensor(Native.Check(Native.bt_where(condition.Handle, x.Handle, y.Handle)));
        GC.KeepAlive(condition);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        return result;
    }

    internal static nint[] Handles(IList<Tensor> tensors)
    {
        var handles = new nint[tensors.Count];
        for (var i = 0; i < handles.Length; i++) handles[i] = tensors[i].Handle;
        return handles;
    }

    private static Tensor Filled(long[] size, double value, ScalarType? dtype, Device? device, bool requiresGrad)
    {
        var (type, at) = Place(dtype, device);
        fixed (long* shape = size)
            return new Tensor(Native.Check(Native.bt_full(shape, size.Length, value, type, (int)at.type, at.index))).requires_grad_(requiresGrad);
    }

    private static (int Type, Device At) Place(ScalarType? dtype, Device? device) => ((int)(dtype ?? ScalarType.Float32), device ?? CPU);

    /// <summary>A place for tensors.</summary>
    public class Device
    {
        public Device(string description)
        {
            var parts = description.Split(':');
            type = parts[0] switch
            {
                "cpu" => DeviceType.CPU,
                "cuda" => DeviceType.CUDA,
                _ => throw new ArgumentException($"unknown device '{description}'; known are cpu, cuda and cuda:N"),
            };
            index = parts.Length > 1 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : type == DeviceType.CPU ? -1 : 0;
        }

        public Device(DeviceType type, int index = -1)
        {
            this.type = type;
            this.index = index;
        }

        public DeviceType type { get; }

        public int index { get; }

        /// <inheritdoc/>
        public override string ToString() => type == DeviceType.CPU ? "cpu" : $"cuda:{Math.Max(index, 0)}";
    }

    /// <summary>NVIDIA devices.</summary>
    public static class cuda
    {
        public static bool is_available() => Native.bt_cuda_is_available() != 0;
    }

    internal sealed class GradMode : IDisposable
    {
        private readonly int before = Native.bt_grad_enabled();

        internal GradMode(bool on) => Native.bt_set_grad_enabled(on ? 1 : 0);

        public void Dispose() => Native.bt_set_grad_enabled(before);
    }
}
