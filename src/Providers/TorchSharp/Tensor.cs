using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace TorchSharp;

public static unsafe partial class torch
{
    /// <summary>A tensor of libtorch. It belongs to the innermost dispose scope of the thread that made it, if there is one.</summary>
    [SuppressMessage("Design", "CA1063", Justification = "TorchSharp's shape")]
    public partial class Tensor : IDisposable
    {
        private nint handle;
        private DisposeScope? scope;

        internal Tensor(nint handle)
        {
            this.handle = handle;
            scope = DisposeScope.Include(this);
        }

        ~Tensor() => Free();

        public nint Handle => handle != 0 ? handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        public bool IsInvalid => handle == 0;

        public long[] shape
        {
            get
            {
                var result = new long[Native.bt_ndim(Handle)];
                fixed (long* sizes = result) Native.bt_shape(handle, sizes);
                return result;
            }
        }

        public long NumberOfElements => Native.bt_numel(Handle);

        public long ElementSize => Native.bt_element_size(Handle);

        public ScalarType dtype => (ScalarType)Native.bt_dtype(Handle);

        public DeviceType device_type => (DeviceType)Native.bt_device_type(Handle);

        public Device device => device_type == DeviceType.CPU ? CPU : new Device(device_type, Native.bt_device_index(Handle));

        public bool requires_grad
        {
            get => Native.bt_requires_grad(Handle) != 0;
            set => Native.Check(Native.bt_set_requires_grad(Handle, value ? 1 : 0));
        }

        /// <summary>The elements' memory, in place; the tensor must be contiguous and on the CPU.</summary>
        public Span<byte> bytes
        {
            get
            {
                if (!is_contiguous()) throw new InvalidOperationException("Bytes() called on non-contiguous tensor.");
                if (device_type != DeviceType.CPU)
                    throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
                var size = NumberOfElements * ElementSize;
                if (size > int.MaxValue) throw new ArgumentException("Span only supports up to int.MaxValue elements.");
                return size == 0 ? default : new Span<byte>((void*)Native.Check(Native.bt_data(handle)), (int)size);
            }
        }

        public bool is_contiguous() => Native.bt_is_contiguous(Handle) != 0;

        public long numel() => NumberOfElements;

        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1) throw new ArgumentException("Number of elements in the tensor must be 1");
            using var here = To(dtype, CPU, false).contiguous();
            if (here.ElementSize != Unsafe.SizeOf<T>()) throw new ArgumentException($"{typeof(T).Name} is not compatible with {dtype}");
            return Unsafe.ReadUnaligned<T>(ref here.bytes[0]);
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            if (requires_grad != this.requires_grad) this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>Hands the tensor to the next outer scope.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            scope = scope?.Adopt(this);
            return this;
        }

        /// <summary>No scope disposes this tensor from now on.</summary>
        public Tensor DetachFromDisposeScope()
        {
            scope?.Forget(this);
            scope = null;
            return this;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            scope?.Forget(this);
            scope = null;
            Free();
            GC.SuppressFinalize(this);
        }

        private void Free()
        {
            var mine = Interlocked.Exchange(ref handle, 0);
            if (mine != 0) Native.bt_dispose(mine);
        }
    }
}
