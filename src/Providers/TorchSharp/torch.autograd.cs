using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp;

public static unsafe partial class torch
{
    /// <summary>Gradients, and functions whose gradient is written in C#.</summary>
    public static class autograd
    {
        /// <summary>The gradients of the outputs' sum with respect to each input.</summary>
        public static IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null,
            bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            var (from, to, weights) = (Handles(outputs), Handles(inputs), grad_outputs is null ? [] : Handles(grad_outputs));
            var found = new nint[to.Length];
            fixed (nint* pFrom = from, pTo = to, pWeights = weights, pFound = found)
                Native.Check(Native.bt_autograd_grad(
                    pFrom, from.Length, pTo, to.Length, pWeights, weights.Length, retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, pFound));
            GC.KeepAlive(outputs);
            GC.KeepAlive(inputs);
            GC.KeepAlive(grad_outputs);
            var result = new Tensor[found.Length];
            for (var i = 0; i < found.Length; i++) result[i] = found[i] == 0 ? null! : new Tensor(found[i]);
            return result;
        }

        /// <summary>What a custom function's forward keeps for its backward.</summary>
        public sealed class AutogradContext
        {
            private readonly Dictionary<string, object> data = [];
            private List<Tensor> toSave = [];
            private nint node;

            public void save_for_backward(List<Tensor> tensors) => toSave = tensors;

            public void save_data(string key, object value) => data[key] = value;

            public object? get_data(string key) => data.GetValueOrDefault(key);

            public List<Tensor> get_saved_variables()
            {
                if (node == 0) return [.. toSave];
                var handles = new nint[saved];
                fixed (nint* pointer = handles) Native.Check(Native.bt_node_saved(node, pointer, saved));
                return handles.Select(h => new Tensor(h)).ToList();
            }

            private int saved;

            internal void Bind(nint shared)
            {
                var handles = Handles(toSave);
                fixed (nint* pointer = handles) Native.Check(Native.bt_node_save(shared, pointer, handles.Length));
                GC.KeepAlive(toSave);
                (node, saved, toSave) = (Native.bt_node_get(shared), handles.Length, []);
            }
        }

        /// <summary>A differentiable function in C#.</summary>
        public abstract class Function<T> where T : Function<T>, new()
        {
            private static readonly T Instance = new();

            public abstract string Name { get; }

            internal abstract List<Tensor> ForwardAll(AutogradContext ctx, object[] vars);

            internal abstract List<Tensor> BackwardAll(AutogradContext ctx, List<Tensor> gradOutputs);

            internal static List<Tensor> Apply(object[] vars)
            {
                var ctx = new AutogradContext();
                var tracked = Native.bt_grad_enabled() != 0 && Array.Exists(vars, v => v is Tensor { IsInvalid: false, requires_grad: true });
                List<Tensor> outputs;
                using (new GradMode(false)) outputs = Instance.ForwardAll(ctx, vars);
                if (tracked) Record(ctx, vars, outputs);
                return outputs;
            }

            private static void Record(AutogradContext ctx, object[] vars, List<Tensor> outputs)
            {
                var inputs = vars.OfType<Tensor>().ToArray();
                var (from, to) = (Handles(inputs), Handles(outputs));
                var call = new Call(ctx, Array.ConvertAll(vars, v => v is Tensor), (context, grads) => Instance.BackwardAll(context, grads), Instance.Name);
                var pin = GCHandle.ToIntPtr(GCHandle.Alloc(call));
                nint node;
                fixed (nint* pFrom = from, pTo = to)
                    node = Native.Check(Native.bt_node(pin, &Call.Backward, &Call.Release, pFrom, from.Length, pTo, to.Length));
                ctx.Bind(node);
                Native.bt_node_release(node);
                GC.KeepAlive(inputs);
            }
        }

        /// <summary>A custom function with one result.</summary>
        public abstract class SingleTensorFunction<T> : Function<T> where T : SingleTensorFunction<T>, new()
        {
            public static Tensor apply(params object[] vars) => Apply(vars)[0];

            /// <summary>Computes the result, which must be a new tensor, without recording gradients.</summary>
            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            /// <summary>One gradient for each argument of forward; null for what is not a tensor or needs none.</summary>
            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            internal sealed override List<Tensor> ForwardAll(AutogradContext ctx, object[] vars) => [forward(ctx, vars)];

            internal sealed override List<Tensor> BackwardAll(AutogradContext ctx, List<Tensor> gradOutputs) => backward(ctx, gradOutputs[0]);
        }

        private sealed record Call(AutogradContext Context, bool[] IsTensor, Func<AutogradContext, List<Tensor>, List<Tensor>> Run, string Name)
        {
            [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
            internal static int Backward(nint function, nint* gradOutputs, int nOutputs, nint* gradInputs, int nInputs)
            {
                try
                {
                    var call = (Call)GCHandle.FromIntPtr(function).Target!;
                    // Everything that the gradient makes or unpacks lives until it is done, and no longer.
                    using var scope = NewDisposeScope();
                    var incoming = new List<Tensor>(nOutputs);
                    for (var i = 0; i < nOutputs; i++) incoming.Add(gradOutputs[i] == 0 ? null! : new Tensor(gradOutputs[i]));
                    using var quiet = new GradMode(false);
                    var result = call.Run(call.Context, incoming);
                    if (result.Count != call.IsTensor.Length)
                        throw new InvalidOperationException(
                            $"Function {call.Name} returned an incorrect number of gradients (expected {call.IsTensor.Length}), got {result.Count}");
                    for (int i = 0, slot = 0; i < result.Count; i++)
                    {
                        if (!call.IsTensor[i]) continue;
                        gradInputs[slot++] = result[i] is { IsInvalid: false } gradient ? Native.bt_alias(gradient.Handle) : 0;
                    }
                    return 1;
                }
#pragma warning disable CA1031 // nothing managed may cross into libtorch; the message comes back out as the exception of grad()
                catch (Exception error)
#pragma warning restore CA1031
                {
                    Native.bt_set_error(error.Message);
                    return 0;
                }
            }

            [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
            internal static void Release(nint function) => GCHandle.FromIntPtr(function).Free();
        }
    }
}
