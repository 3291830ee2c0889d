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
        if (left >= Width)
            return Vector512.Load(source);
        var lanes = stackalloc float[Width];
        for (var lane = 0; lane < Width; lane++)
            lanes[lane] = lane < left ? source[lane] : filler;
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

        for (var lane = 0; lane < left; lane++)
            target[lane] = value[lane];
    }

    internal static float Dot(float* a, float* b, int count)
    {
        var (sum, i) = (Vector512<float>.Zero, 0);
        for (; i <= count - Width; i += Width)
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), sum);
        var total = Vector512.Sum(sum);
        for (; i < count; i++)
            total += a[i] * b[i];
        return total;
    }

    /// <summary>The sum of squares, of any number of elements: in double, a few thousand at a time.</summary>
    internal static double Squares(float* a, long count)
    {
        const int Part = 4096;
        double sum = 0;
        for (long i = 0; i < count; i += Part)
            sum += Dot(a + i, a + i, (int)Math.Min(Part, count - i));
        return sum;
    }

    internal static float Max(float* a, int count)
    {
        var (largest, i) = (float.NegativeInfinity, 0);
        if (count >= Width)
        {
            var vector = Vector512.Load(a);
            for (i = Width; i <= count - Width; i += Width)
                vector = Vector512.Max(vector, Vector512.Load(a + i));
            largest = Max(vector);
        }

        for (; i < count; i++)
            largest = Math.Max(largest, a[i]);
        return largest;
    }

    /// <summary>
    /// row = softmax(scale · row), in place. A row has room for whole vectors: what lies beyond its elements, up to the
    /// next, becomes 0.
    /// </summary>
    internal static void Softmax(float* row, int count, float scale)
    {
        // Rows are short: everything is in vectors, the last of which is masked.
        var last = (count - 1) / Width * Width;
        var there = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count - last)).AsSingle();
        var end = Vector512.ConditionalSelect(
            there,
            Vector512.Load(row + last),
            Vector512.Create(float.NegativeInfinity)
        );
        var largest = end;
        // A NaN stays one after the exponential.
        for (var i = 0; i < last; i += Width)
            largest = Vector512.MaxNative(Vector512.Load(row + i), largest);
        var (factor, offset) = (Vector512.Create(scale), Vector512.Create(-scale * Max(largest)));
        end = Vector512.ConditionalSelect(
            there,
            Exp(Vector512.FusedMultiplyAdd(end, factor, offset)),
            Vector512<float>.Zero
        );
        var sum = end;
        for (var i = 0; i < last; i += Width)
        {
            var e = Exp(Vector512.FusedMultiplyAdd(Vector512.Load(row + i), factor, offset));
            e.Store(row + i);
            sum += e;
        }

        var share = Vector512.Create(1 / Vector512.Sum(sum));
        for (var i = 0; i < last; i += Width)
            (Vector512.Load(row + i) * share).Store(row + i);
        (end * share).Store(row + last);
    }

    /// <summary>target += factor · exp(scale · (source − shift)).</summary>
    internal static void AddExp(float* source, float* target, int count, float scale, float shift, float factor)
    {
        var (vector, offset, factors, i) = (
            Vector512.Create(scale),
            Vector512.Create(-scale * shift),
            Vector512.Create(factor),
            0
        );
        for (; i <= count - Width; i += Width)
            Vector512
                .FusedMultiplyAdd(
                    Exp(Vector512.FusedMultiplyAdd(Vector512.Load(source + i), vector, offset)),
                    factors,
                    Vector512.Load(target + i)
                )
                .Store(target + i);
        for (; i < count; i++)
            target[i] += factor * MathF.Exp(scale * (source[i] - shift));
    }

    /// <summary>The sum of exp(scale · (source − shift)).</summary>
    internal static float ExpSum(float* source, int count, float scale, float shift)
    {
        var (factor, offset, sum, i) = (
            Vector512.Create(scale),
            Vector512.Create(-scale * shift),
            Vector512<float>.Zero,
            0
        );
        for (; i <= count - Width; i += Width)
            sum += Exp(Vector512.FusedMultiplyAdd(Vector512.Load(source + i), factor, offset));
        var total = Vector512.Sum(sum);
        for (; i < count; i++)
            total += MathF.Exp(scale * (source[i] - shift));
        return total;
    }

    /// <summary>target += factor · source.</summary>
    internal static void AddScaled(float* target, float* source, int count, float factor)
    {
        var (vector, i) = (Vector512.Create(factor), 0);
        for (; i <= count - Width; i += Width)
            Vector512
                .FusedMultiplyAdd(Vector512.Load(source + i), vector, Vector512.Load(target + i))
                .Store(target + i);
        for (; i < count; i++)
            target[i] += factor * source[i];
    }

    /// <summary>eˣ, as <see cref="Lane.Exp"/> has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Exp(Vector512<float> x) => Lane.Exp(new Lanes16(x)).Vector;

    private static float Max(Vector512<float> vector)
    {
        var eight = Vector256.Max(vector.GetLower(), vector.GetUpper());
        var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return Math.Max(Math.Max(four[0], four[1]), Math.Max(four[2], four[3]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Sigmoid(Vector512<float> x) => Lane.Sigmoid(new Lanes16(x)).Vector;

    internal static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}
