using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bench.Lab.Kernels;

/// <summary>Loops over float32 rows in vectors of 16, with a scalar tail.</summary>
internal static unsafe class Simd
{
    internal const int Width = 16;

    /// <summary>A vector from a row's end: lanes beyond the <paramref name="left"/> elements hold the filler.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Load(float* source, int left, float filler)
    {
        if (left >= Width) return Vector512.Load(source);
        var lanes = stackalloc float[Width];
        for (var lane = 0; lane < Width; lane++) lanes[lane] = lane < left ? source[lane] : filler;
        return Vector512.Load(lanes);
    }

    /// <summary>Stores the lanes that a row still has room for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(Vector512<float> value, float* target, int left)
    {
        if (left >= Width)
        {
            value.Store(target);
            return;
        }

        for (var lane = 0; lane < left; lane++) target[lane] = value[lane];
    }

    internal static float Dot(float* a, float* b, int count)
    {
        var (sum, i) = (Vector512<float>.Zero, 0);
        for (; i <= count - Width; i += Width) sum = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), sum);
        var total = Vector512.Sum(sum);
        for (; i < count; i++) total += a[i] * b[i];
        return total;
    }

    internal static float Max(float* a, int count)
    {
        var (largest, i) = (float.NegativeInfinity, 0);
        if (count >= Width)
        {
            var vector = Vector512.Load(a);
            for (i = Width; i <= count - Width; i += Width) vector = Vector512.Max(vector, Vector512.Load(a + i));
            for (var lane = 0; lane < Width; lane++) largest = Math.Max(largest, vector[lane]);
        }

        for (; i < count; i++) largest = Math.Max(largest, a[i]);
        return largest;
    }

    /// <summary>target = exp(scale · (source − shift)); returns the sum. Source and target may be the same.</summary>
    internal static float ExpSum(float* source, float* target, int count, float scale, float shift)
    {
        var (factor, offset, sum, i) = (Vector512.Create(scale), Vector512.Create(-scale * shift), Vector512<float>.Zero, 0);
        for (; i <= count - Width; i += Width)
        {
            var e = Vector512.Exp(Vector512.FusedMultiplyAdd(Vector512.Load(source + i), factor, offset));
            e.Store(target + i);
            sum += e;
        }

        var total = Vector512.Sum(sum);
        for (; i < count; i++) total += target[i] = MathF.Exp(scale * (source[i] - shift));
        return total;
    }

    /// <summary>The sum of exp(scale · (source − shift)).</summary>
    internal static float ExpSum(float* source, int count, float scale, float shift)
    {
        var (factor, offset, sum, i) = (Vector512.Create(scale), Vector512.Create(-scale * shift), Vector512<float>.Zero, 0);
        for (; i <= count - Width; i += Width) sum += Vector512.Exp(Vector512.FusedMultiplyAdd(Vector512.Load(source + i), factor, offset));
        var total = Vector512.Sum(sum);
        for (; i < count; i++) total += MathF.Exp(scale * (source[i] - shift));
        return total;
    }

    internal static void Scale(float* a, int count, float factor)
    {
        var (vector, i) = (Vector512.Create(factor), 0);
        for (; i <= count - Width; i += Width) (Vector512.Load(a + i) * vector).Store(a + i);
        for (; i < count; i++) a[i] *= factor;
    }

    /// <summary>target += factor · source.</summary>
    internal static void AddScaled(float* target, float* source, int count, float factor)
    {
        var (vector, i) = (Vector512.Create(factor), 0);
        for (; i <= count - Width; i += Width)
            Vector512.FusedMultiplyAdd(Vector512.Load(source + i), vector, Vector512.Load(target + i)).Store(target + i);
        for (; i < count; i++) target[i] += factor * source[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-x));

    internal static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}
