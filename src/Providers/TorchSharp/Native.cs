using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>The shim's functions (native/bench_torch.cpp). Pointers are handles of native tensors.</summary>
internal static unsafe partial class Native
{
    private const string Library = "bench_torch";

    [LibraryImport(Library)] internal static partial nint bt_error();
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial void bt_set_error(string message);
    [LibraryImport(Library)] internal static partial nint bt_version();
    [LibraryImport(Library)] internal static partial void bt_dispose(nint t);

    [LibraryImport(Library), SuppressGCTransition] internal static partial int bt_ndim(nint t);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void bt_shape(nint t, long* result);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long bt_numel(nint t);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int bt_dtype(nint t);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int bt_device_type(nint t);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int bt_device_index(nint t);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int bt_is_contiguous(nint t);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long bt_element_size(nint t);
    [LibraryImport(Library)] internal static partial nint bt_data(nint t);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int bt_requires_grad(nint t);
    [LibraryImport(Library)] internal static partial int bt_set_requires_grad(nint t, int on);

    [LibraryImport(Library)] internal static partial nint bt_empty(long* shape, int ndim, int dtype, int device, int index);
    [LibraryImport(Library)] internal static partial nint bt_full(long* shape, int ndim, double value, int dtype, int device, int index);

    [LibraryImport(Library)] internal static partial nint bt_view(nint t, long* shape, int ndim);
    [LibraryImport(Library)] internal static partial nint bt_reshape(nint t, long* shape, int ndim);
    [LibraryImport(Library)] internal static partial nint bt_transpose(nint t, long a, long b);
    [LibraryImport(Library)] internal static partial nint bt_narrow(nint t, long dim, long start, long length);
    [LibraryImport(Library)] internal static partial nint bt_select(nint t, long dim, long index);
    [LibraryImport(Library)] internal static partial nint bt_unsqueeze(nint t, long dim);
    [LibraryImport(Library)] internal static partial nint bt_contiguous(nint t);
    [LibraryImport(Library)] internal static partial nint bt_detach(nint t);
    [LibraryImport(Library)] internal static partial nint bt_alias(nint t);
    [LibraryImport(Library)] internal static partial nint bt_to(nint t, int dtype, int device, int index, int copy);
    [LibraryImport(Library)] internal static partial nint bt_cat(nint* tensors, int count, long dim);
    [LibraryImport(Library)] internal static partial nint bt_repeat_interleave(nint t, long repeats, long dim);
    [LibraryImport(Library)] internal static partial int bt_copy_(nint t, nint source);

    [LibraryImport(Library)] internal static partial nint bt_abs(nint t);
    [LibraryImport(Library)] internal static partial nint bt_relu(nint t);
    [LibraryImport(Library)] internal static partial nint bt_exp(nint t);
    [LibraryImport(Library)] internal static partial nint bt_log(nint t);
    [LibraryImport(Library)] internal static partial nint bt_neg(nint t);
    [LibraryImport(Library)] internal static partial nint bt_sqrt(nint t);
    [LibraryImport(Library)] internal static partial nint bt_rsqrt(nint t);
    [LibraryImport(Library)] internal static partial nint bt_square(nint t);
    [LibraryImport(Library)] internal static partial nint bt_silu(nint t);
    [LibraryImport(Library)] internal static partial nint bt_add(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint bt_sub(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint bt_mul(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint bt_div(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint bt_matmul(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint bt_mm(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint bt_bmm(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint bt_add_scalar(nint a, double b);
    [LibraryImport(Library)] internal static partial nint bt_sub_scalar(nint a, double b);
    [LibraryImport(Library)] internal static partial nint bt_mul_scalar(nint a, double b);
    [LibraryImport(Library)] internal static partial nint bt_div_scalar(nint a, double b);
    [LibraryImport(Library)] internal static partial nint bt_lt_scalar(nint a, double b);
    [LibraryImport(Library)] internal static partial int bt_add_(nint a, nint b, double alpha);
    [LibraryImport(Library)] internal static partial int bt_mul_(nint a, double b);
    [LibraryImport(Library)] internal static partial int bt_addcmul_(nint a, nint b, nint c, double value);
    [LibraryImport(Library)] internal static partial int bt_addcdiv_(nint a, nint b, nint c, double value);
    [LibraryImport(Library)] internal static partial nint bt_clamp_min(nint t, double minimum);
    [LibraryImport(Library)] internal static partial nint bt_masked_fill(nint t, nint mask, double value);
    [LibraryImport(Library)] internal static partial nint bt_triu(nint t, long diagonal);

    [LibraryImport(Library)] internal static partial nint bt_sum(nint t);
    [LibraryImport(Library)] internal static partial nint bt_sum_dim(nint t, long dim, int keep);
    [LibraryImport(Library)] internal static partial nint bt_mean_dim(nint t, long dim, int keep);
    [LibraryImport(Library)] internal static partial nint bt_softmax(nint t, long dim);
    [LibraryImport(Library)] internal static partial nint bt_log_softmax(nint t, long dim);
    [LibraryImport(Library)] internal static partial nint bt_argmax(nint t, long dim, int keep);
    [LibraryImport(Library)] internal static partial nint bt_gather(nint t, long dim, nint index);
    [LibraryImport(Library)] internal static partial nint bt_index_select(nint t, long dim, nint index);
    [LibraryImport(Library)] internal static partial nint bt_where(nint condition, nint a, nint b);
    [LibraryImport(Library)] internal static partial int bt_topk(nint t, int k, long dim, int largest, int sorted, nint* values, nint* indices);
    [LibraryImport(Library)] internal static partial nint bt_linear(nint x, nint weight, nint bias);
    [LibraryImport(Library)] internal static partial nint bt_scaled_dot_product_attention(nint q, nint k, nint v, nint mask, double p, int causal);

    [LibraryImport(Library), SuppressGCTransition] internal static partial int bt_grad_enabled();
    [LibraryImport(Library), SuppressGCTransition] internal static partial void bt_set_grad_enabled(int on);
    [LibraryImport(Library)]
    internal static partial int bt_autograd_grad(
        nint* outputs, int nOutputs, nint* inputs, int nInputs, nint* grads, int nGrads, int retain, int create, int allowUnused, nint* result);
    [LibraryImport(Library)]
    internal static partial nint bt_node(
        nint function,
        delegate* unmanaged[Cdecl]<nint, nint*, int, nint*, int, int> backward,
        delegate* unmanaged[Cdecl]<nint, void> release,
        nint* inputs, int nInputs, nint* outputs, int nOutputs);
    [LibraryImport(Library)] internal static partial void bt_node_release(nint node);
    [LibraryImport(Library)] internal static partial nint bt_node_get(nint node);
    [LibraryImport(Library)] internal static partial int bt_node_save(nint node, nint* tensors, int count);
    [LibraryImport(Library)] internal static partial int bt_node_saved(nint node, nint* result, int count);

    [LibraryImport(Library)] internal static partial int bt_set_num_threads(int threads);
    [LibraryImport(Library)] internal static partial int bt_cuda_is_available();

    /// <summary>Throws what the shim caught, as TorchSharp does, when a call returned nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nint Check(nint result)
    {
        if (result == 0) Throw();
        return result;
    }

    internal static void Throw() => throw new ExternalException(Marshal.PtrToStringUTF8(bt_error()));
}
