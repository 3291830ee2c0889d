using System.Runtime.Intrinsics;
using Bench.Lab.Tensors;

namespace Bench.Lab.Kernels;

/// <summary>
/// A matrix [inputs, outputs] in panels, [panel, input, 32 outputs], so that a product reads it in order. Each output
/// is summed over the inputs in their order, whatever the number of rows: a row's result does not depend on its
/// neighbours, nor on the processor, to the bit.
/// </summary>
internal sealed unsafe class Panels(int inputs, int outputs) : IDisposable
{
    /// <summary>Rows that stay in the first caches while all panels pass by.</summary>
    private const int RowBlock = 64;

    private readonly NativeRows panels = new(
        NativeRows.Padded(outputs) / NativeRows.Panel,
        inputs * NativeRows.Panel,
        spare: 0
    );

    private int Count => NativeRows.Padded(outputs) / NativeRows.Panel;

    /// <summary>Takes the matrix from its transpose, [outputs, inputs], as linear layers have it.</summary>
    internal Panels FromTransposed(float* source)
    {
        for (var panel = 0; panel < Count; panel++)
        {
            var target = panels[panel];
            var there = Math.Min(NativeRows.Panel, outputs - panel * NativeRows.Panel);
            for (var output = 0; output < there; output++)
            {
                var row = source + ((long)panel * NativeRows.Panel + output) * inputs;
                for (var input = 0; input < inputs; input++)
                    target[(long)input * NativeRows.Panel + output] = row[input];
            }
        }

        return this;
    }

    /// <summary>Takes the first inputs of the matrix from [inputs, outputs].</summary>
    internal Panels From(float* source, int count)
    {
        for (var panel = 0; panel < Count; panel++)
        {
            float* from = source + panel * NativeRows.Panel,
                target = panels[panel];
            var there = Math.Min(NativeRows.Panel, outputs - panel * NativeRows.Panel);
            for (var input = 0; input < count; input++, from += outputs, target += NativeRows.Panel)
            {
                if (there == NativeRows.Panel)
                {
                    Vector512.Load(from).Store(target);
                    Vector512.Load(from + Simd.Width).Store(target + Simd.Width);
                }
                else
                {
                    for (var output = 0; output < there; output++)
                        target[output] = from[output];
                }
            }
        }

        return this;
    }

    /// <summary>y = x · matrix, or y += x · matrix, where x[r, i] lies at r · row + i · step.</summary>
    /// <param name="x">The rows.</param>
    /// <param name="row">Elements from one row of x to the next.</param>
    /// <param name="step">Elements from one input to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="count">Inputs: the first ones, or all.</param>
    /// <param name="y">[rows, outputs].</param>
    /// <param name="yRow">Elements from one row of y to the next.</param>
    /// <param name="add">Whether y is added to.</param>
    /// <param name="room">Whether x and y have room for whole tiles: for rows to a multiple of eight, and for outputs
    /// to one of 32.</param>
    internal void Multiply(
        float* x,
        long row,
        long step,
        int rows,
        int count,
        float* y,
        long yRow,
        bool add,
        bool room = false
    )
    {
        // From three rows on a tile is quicker than they are one by one, whatever its other rows hold.
        var tiled = (room ? rows + TileProduct.Rows - 3 : rows) / TileProduct.Rows * TileProduct.Rows;
        var blocks = (tiled + RowBlock - 1) / RowBlock;
        void Block(int block) =>
            Tiles(x, row, step, block * RowBlock, Math.Min((block + 1) * RowBlock, tiled), count, y, yRow, add, room);
        if (Compute.Threads > 1 && blocks > 1)
            Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads }, Block);
        else
            for (var block = 0; block < blocks; block++)
                Block(block);
        for (long r = tiled; r < rows; r++)
            OneRow(x + r * row, step, count, y + r * yRow, add, room);
    }

    public void Dispose() => panels.Dispose();

    private void Tiles(
        float* x,
        long row,
        long step,
        long from,
        long to,
        int count,
        float* y,
        long yRow,
        bool add,
        bool room
    )
    {
        var rest = stackalloc float[TileProduct.Rows * NativeRows.Panel];
        for (var panel = 0; panel < Count; panel++)
        {
            var there = room ? NativeRows.Panel : Math.Min(NativeRows.Panel, outputs - panel * NativeRows.Panel);
            float* w = panels[panel],
                target = y + panel * NativeRows.Panel;
            for (var r = from; r < to; r += TileProduct.Rows)
            {
                if (there == NativeRows.Panel)
                {
                    TileProduct.Wide(x + r * row, row, step, w, count, target + r * yRow, yRow, add);
                    continue;
                }

                TileProduct.Wide(x + r * row, row, step, w, count, rest, NativeRows.Panel, add: false);
                for (var i = 0; i < TileProduct.Rows; i++)
                    Put(rest + i * NativeRows.Panel, target + (r + i) * yRow, there, add);
            }
        }
    }

    private void OneRow(float* x, long step, int count, float* y, bool add, bool room)
    {
        var rest = stackalloc float[NativeRows.Panel];
        var panel = 0;
        for (; panel <= (room ? Count : outputs / NativeRows.Panel) - 4; panel += 4)
            TileProduct.OneRow(
                x,
                step,
                panels[panel],
                (long)inputs * NativeRows.Panel,
                count,
                y + panel * NativeRows.Panel,
                add
            );
        for (; panel < Count; panel++)
        {
            TileProduct.OneRow(x, step, panels[panel], count, rest);
            Put(
                rest,
                y + panel * NativeRows.Panel,
                Math.Min(NativeRows.Panel, outputs - panel * NativeRows.Panel),
                add
            );
        }
    }

    private static void Put(float* source, float* target, int count, bool add)
    {
        if (add)
            Simd.AddScaled(target, source, count, 1);
        else
            new Span<float>(source, count).CopyTo(new Span<float>(target, count));
    }
}
