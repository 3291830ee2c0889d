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

    /// <summary>The sum of squares, of any number of elements: in double, a few thousand at a time.</summary>
    internal static double Squares(float* a, long count)
    {
        const int Part = 4096;
        double sum = 0;
        for (long i = 0; i < count; i += Part) sum += Dot(a + i, a + i, (int)Math.Min(Part, count - i));
        return sum;
    }

    internal static float Max(float* a, int count)
    {
        var (largest, i) = (float.NegativeInfinity, 0);
        if (count >= Width)
        {
            var vector = Vector512.Load(a);
            for (i = Width; i <= count - Width; i += Width) vector = Vector512.Max(vector, Vector512.Load(a + i));
            largest = Max(vector);
        }

        for (; i < count; i++) largest = Math.Max(largest, a[i]);
        return largest;
    }

    /// <summary>row = softmax(scale · row), in place. A row has room for whole vectors: what lies beyond its elements, up to the next, becomes 0.</summary>
    internal static void Softmax(float* row, int count, float scale)
    {
        // Rows are short: everything is in vectors, the last of which is masked.
        var last = (count - 1) / Width * Width;
        var there = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count - last)).AsSingle();
        var end = Vector512.ConditionalSelect(there, Vector512.Load(row + last), Vector512.Create(float.NegativeInfinity));
        var largest = end;
        // What is no number is none after the exponential as well.
        for (var i = 0; i < last; i += Width) largest = Vector512.MaxNative(Vector512.Load(row + i), largest);
        var (factor, offset) = (Vector512.Create(scale), Vector512.Create(-scale * Max(largest)));
        end = Vector512.ConditionalSelect(there, Exp(Vector512.FusedMultiplyAdd(end, factor, offset)), Vector512<float>.Zero);
        var sum = end;
        for (var i = 0; i < last; i += Width)
        {
            var e = Exp(Vector512.FusedMultiplyAdd(Vector512.Load(row + i), factor, offset));
            e.Store(row + i);
            sum += e;
        }

        var share = Vector512.Create(1 / Vector512.Sum(sum));
        for (var i = 0; i < last; i += Width) (Vector512.Load(row + i) * share).Store(row + i);
        (end * share).Store(row + last);
    }

    /// <summary>target += factor · exp(scale · (source − shift)).</summary>
    internal static void AddExp(float* source, float* target, int count, float scale, float shift, float factor)
    {
        var (vector, offset, factors, i) = (Vector512.Create(scale), Vector512.Create(-scale * shift), Vector512.Create(factor), 0);
        for (; i <= count - Width; i += Width)
            Vector512.FusedMultiplyAdd(Exp(Vector512.FusedMultiplyAdd(Vector512.Load(source + i), vector, offset)), factors, Vector512.Load(target + i)).Store(target + i);
        for (; i < count; i++) target[i] += factor * MathF.Exp(scale * (source[i] - shift));
    }

    /// <summary>The sum of exp(scale · (source − shift)).</summary>
    internal static float ExpSum(float* source, int count, float scale, float shift)
    {
        var (factor, offset, sum, i) = (Vector512.Create(scale), Vector512.Create(-scale * shift), Vector512<float>.Zero, 0);
        for (; i <= count - Width; i += Width) sum += Exp(Vector512.FusedMultiplyAdd(Vector512.Load(source + i), factor, offset));
        var total = Vector512.Sum(sum);
        for (; i < count; i++) total += MathF.Exp(scale * (source[i] - shift));
        return total;
    }

    /// <summary>target += factor · source.</summary>
    internal static void AddScaled(float* target, float* source, int count, float factor)
    {
        var (vector, i) = (Vector512.Create(factor), 0);
        for (; i <= count - Width; i += Width)
            Vector512.FusedMultiplyAdd(Vector512.Load(source + i), vector, Vector512.Load(target + i)).Store(target + i);
        for (; i < count; i++) target[i] += factor * source[i];
    }

    /// <summary>
    /// eˣ within 3 units of the last place: 2ⁿ · e^r with n the nearest whole number to x / ln 2 and e^r from its series to the sixth power. Below −87 and beyond 88 it is what it is there, so that no
    /// result is denormal or infinite.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Exp(Vector512<float> x)
    {
        // The second operand is what is left of a pair with a number that is none: it stays.
        x = Vector512.MinNative(Vector512.Create(88f), Vector512.MaxNative(Vector512.Create(-87f), x));
        // Adding and taking away 1.5 · 2²³ rounds to a whole number, which then stands in the sum's low bits.
        var shift = Vector512.Create(12582912f);
        var shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(1.44269504f), shift);
        var n = shifted - shift;
        // ln 2 in two parts.
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-1.42860682e-6f), Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693145752f), x));
        var sum = Vector512.FusedMultiplyAdd(r, Vector512.Create(1 / 720f), Vector512.Create(1 / 120f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1 / 24f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1 / 6f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(0.5f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512<float>.One);
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512<float>.One);
        return (sum.AsInt32() + (shifted.AsInt32() << 23)).AsSingle();
    }

    private static float Max(Vector512<float> vector)
    {
        var eight = Vector256.Max(vector.GetLower(), vector.GetUpper());
        var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return Math.Max(Math.Max(four[0], four[1]), Math.Max(four[2], four[3]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Exp(-x));

    internal static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}
