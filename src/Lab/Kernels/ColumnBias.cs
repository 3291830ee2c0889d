namespace Bench.Lab.Kernels;

/// <summary>
/// A number for each channel that is added to all positions, which lie in columns, [channel, position], and its
/// gradient.
/// </summary>
internal static unsafe class ColumnBias<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    internal static void Add(float* bias, Matrix y, int positions)
    {
        for (var c = 0; c < y.Rows; c++)
        {
            var value = TLanes.Of(bias[c]);
            var to = y.Start + c * y.Row;
            for (var p = 0; p < positions; p += TLanes.Count)
                (TLanes.Load(to + p) + value).Store(to + p);
        }
    }

    internal static void AddGradient(Matrix dy, float* dBias, int positions)
    {
        for (var c = 0; c < dy.Rows; c++)
        {
            TLanes sum = default;
            var from = dy.Start + c * dy.Row;
            for (var p = 0; p < positions; p += TLanes.Count)
                sum += TLanes.Load(from + p);
            dBias[c] += sum.Sum();
        }
    }
}
