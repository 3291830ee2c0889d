namespace TorchSharp;

public static unsafe partial class torch
{
    public partial class Tensor
    {
        public static Tensor operator +(Tensor left, Tensor right) => left.add(right);
        public static Tensor operator -(Tensor left, Tensor right) => Two(left, right, Native.bt_sub(left.Handle, right.Handle));
        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);
        public static Tensor operator /(Tensor left, Tensor right) => left.div(right);
        public static Tensor operator +(Tensor left, Scalar right) => left.One(Native.bt_add_scalar(left.Handle, right.Value));
        public static Tensor operator -(Tensor left, Scalar right) => left.One(Native.bt_sub_scalar(left.Handle, right.Value));
        public static Tensor operator *(Tensor left, Scalar right) => left.mul(right);
        public static Tensor operator /(Tensor left, Scalar right) => left.div(right);

        public Tensor add(Tensor target) => Two(this, target, Native.bt_add(Handle, target.Handle));
        public Tensor mul(Tensor target) => Two(this, target, Native.bt_mul(Handle, target.Handle));
        public Tensor mul(Scalar target) => One(Native.bt_mul_scalar(Handle, target.Value));
        public Tensor div(Tensor target) => Two(this, target, Native.bt_div(Handle, target.Handle));
        public Tensor div(Scalar target) => One(Native.bt_div_scalar(Handle, target.Value));
        public Tensor matmul(Tensor target) => Two(this, target, Native.bt_matmul(Handle, target.Handle));
        public Tensor mm(Tensor target) => Two(this, target, Native.bt_mm(Handle, target.Handle));
        public Tensor bmm(Tensor batch2) => Two(this, batch2, Native.bt_bmm(Handle, batch2.Handle));
        public Tensor lt(Scalar target) => One(Native.bt_lt_scalar(Handle, target.Value));

        public Tensor abs() => One(Native.bt_abs(Handle));
        public Tensor relu() => One(Native.bt_relu(Handle));
        public Tensor exp() => One(Native.bt_exp(Handle));
        public Tensor log() => One(Native.bt_log(Handle));
        public Tensor neg() => One(Native.bt_neg(Handle));
        public Tensor sqrt() => One(Native.bt_sqrt(Handle));
        public Tensor rsqrt() => One(Native.bt_rsqrt(Handle));
        public Tensor square() => One(Native.bt_square(Handle));
        public Tensor silu() => One(Native.bt_silu(Handle));
        public Tensor clamp_min(Scalar min) => One(Native.bt_clamp_min(Handle, min.Value));
        public Tensor masked_fill(Tensor mask, Scalar value) => Two(this, mask, Native.bt_masked_fill(Handle, mask.Handle, value.Value));
        public Tensor triu(long diagonal = 0L) => One(Native.bt_triu(Handle, diagonal));

        public Tensor add_(Tensor target, Scalar? alpha = null) => InPlace(Native.bt_add_(Handle, target.Handle, alpha?.Value ?? 1), target);
        public Tensor mul_(Scalar target) => InPlace(Native.bt_mul_(Handle, target.Value));
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            InPlace(Native.bt_addcmul_(Handle, tensor1.Handle, tensor2.Handle, value.Value), tensor1, tensor2);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            InPlace(Native.bt_addcdiv_(Handle, tensor1.Handle, tensor2.Handle, value.Value), tensor1, tensor2);
        public Tensor copy_(Tensor source, bool non_blocking = false) => InPlace(Native.bt_copy_(Handle, source.Handle), source);

        public Tensor view(params long[] shape)
        {
            fixed (long* sizes = shape) return One(Native.bt_view(Handle, sizes, shape.Length));
        }

        public Tensor reshape(params long[] shape)
        {
            fixed (long* sizes = shape) return One(Native.bt_reshape(Handle, sizes, shape.Length));
        }

        public Tensor transpose(long dim0, long dim1) => One(Native.bt_transpose(Handle, dim0, dim1));
        public Tensor narrow(long dim, long start, long length) => One(Native.bt_narrow(Handle, dim, start, length));
        public Tensor select(long dim, long index) => One(Native.bt_select(Handle, dim, index));
        public Tensor unsqueeze(long dim) => One(Native.bt_unsqueeze(Handle, dim));
        public Tensor contiguous() => One(Native.bt_contiguous(Handle));
        public Tensor detach() => One(Native.bt_detach(Handle));
        public Tensor repeat_interleave(long repeats, long? dim = null) => One(Native.bt_repeat_interleave(Handle, repeats, dim ?? 0));
        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => To(dtype, device, copy);
        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => To(type, device, copy);

        public Tensor sum() => One(Native.bt_sum(Handle));
        public Tensor sum(long dim, bool keepdim = false) => One(Native.bt_sum_dim(Handle, dim, keepdim ? 1 : 0));
        public Tensor mean(long[] dimensions, bool keepdim = false) => dimensions.Length == 1
            ? One(Native.bt_mean_dim(Handle, dimensions[0], keepdim ? 1 : 0))
            : throw new NotSupportedException("this provider takes the mean over one dimension");
        public Tensor softmax(long dim) => One(Native.bt_softmax(Handle, dim));
        public Tensor log_softmax(long dim) => One(Native.bt_log_softmax(Handle, dim));
        public Tensor argmax(long dim, bool keepdim = false) => One(Native.bt_argmax(Handle, dim, keepdim ? 1 : 0));
        public Tensor gather(long dim, Tensor index) => Two(this, index, Native.bt_gather(Handle, dim, index.Handle));
        public Tensor index_select(long dim, Tensor index) => Two(this, index, Native.bt_index_select(Handle, dim, index.Handle));

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
        {
            nint values, indices;
            Native.Check(Native.bt_topk(Handle, k, dim, largest ? 1 : 0, sorted ? 1 : 0, &values, &indices));
            return (new Tensor(values), new Tensor(indices));
        }

        private Tensor To(ScalarType type, Device device, bool copy) =>
            One(Native.bt_to(Handle, (int)type, (int)device.type, device.index, copy ? 1 : 0));

        private Tensor One(nint result)
        {
            Native.Check(result);
            GC.KeepAlive(this);
            return new Tensor(result);
        }

        private static Tensor Two(Tensor left, Tensor right, nint result)
        {
            Native.Check(result);
            GC.KeepAlive(left);
            GC.KeepAlive(right);
            return new Tensor(result);
        }

        private Tensor InPlace(int done, Tensor? first = null, Tensor? second = null)
        {
            Native.Check(done);
            GC.KeepAlive(first);
            GC.KeepAlive(second);
            return this;
        }
    }
}
