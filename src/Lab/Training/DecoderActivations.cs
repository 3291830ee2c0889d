using Bench.Lab.Kernels;
using Bench.Protocol.Shapes;

namespace Bench.Lab.Training;

/// <summary>
/// A decoder's values on the way forward, for the way back, and the buffers of that way: all in columns, [channel,
/// position].
/// </summary>
internal sealed unsafe class DecoderActivations : IDisposable
{
    private readonly List<NativeRows> owned = [];
    private readonly Matrix[] streams;

    /// <param name="shape">Of the model.</param>
    /// <param name="positions">The most positions at a time.</param>
    internal DecoderActivations(ModelShape shape, int positions)
    {
        Positions = positions;
        var columns = OddPanels(positions);
        Matrix Room(int rows, int width)
        {
            var room = new NativeRows(rows, width, spare: 0);
            owned.Add(room);
            return room.First(rows);
        }

        Matrix Rows(int channels) => Room(channels, columns);
        var (width, inner, heads, row) = (
            shape.Width,
            shape.FeedForward,
            shape.Heads * shape.HeadWidth,
            shape.ProjectionRows
        );
        streams = [.. Enumerable.Range(0, shape.Layers + 1).Select(_ => Rows(width))];
        Layers =
        [
            .. Enumerable
                .Range(0, shape.Layers)
                .Select(_ => new Layer
                {
                    Normed = Rows(width),
                    Scales = Rows(1).Start,
                    Projection = Rows(row),
                    Raw = Rows(shape.QueryKeyNorm ? row : 0),
                    HeadScales = Rows(shape.QueryKeyNorm ? shape.Heads + shape.KeyValueHeads : 0),
                    Seen = Rows(heads),
                    Normalisers = Rows(shape.Heads),
                    Middle = Rows(width),
                    MiddleNormed = Rows(width),
                    MiddleScales = Rows(1).Start,
                    GateUp = Rows(2 * inner),
                    Sigmoids = Rows(inner),
                    Gated = Rows(inner),
                }),
        ];
        FinalNormed = Rows(width);
        FinalScales = Rows(1).Start;
        var widest = Math.Max(Math.Max(width, heads), inner);
        Turned = Room(columns, OddPanels(widest));
        TurnedWeight = Room(widest, OddPanels(Math.Max(Math.Max(width, row), 2 * inner)));
        (Pull, NormedPull, ProjectionPull, SeenPull, GateUpPull, GatedPull) = (
            Rows(width),
            Rows(width),
            Rows(row),
            Rows(heads),
            Rows(2 * inner),
            Rows(inner)
        );
    }

    /// <summary>The most positions at a time.</summary>
    internal int Positions { get; }

    internal IReadOnlyList<Layer> Layers { get; }

    internal Matrix FinalNormed { get; }

    internal float* FinalScales { get; }

    /// <summary>The gradient of the residual stream.</summary>
    internal Matrix Pull { get; }

    internal Matrix NormedPull { get; }

    internal Matrix ProjectionPull { get; }

    internal Matrix SeenPull { get; }

    internal Matrix GateUpPull { get; }

    internal Matrix GatedPull { get; }

    /// <summary>Activations in rows, [position, channel].</summary>
    internal Matrix Turned { get; }

    /// <summary>A weight's transpose.</summary>
    internal Matrix TurnedWeight { get; }

    /// <summary>The residual stream before a layer; after the last one for the number of layers.</summary>
    internal Matrix Stream(int layer) => streams[layer];

    // An even number of panels from a row to the next would put all rows of a column into few sets of the caches.
    private static int OddPanels(int columns)
    {
        var padded = NativeRows.Padded(columns);
        return padded / NativeRows.Panel % 2 == 0 ? padded + NativeRows.Panel : padded;
    }

    public void Dispose() => owned.ForEach(rows => rows.Dispose());

    /// <summary>A layer's values.</summary>
    internal sealed class Layer
    {
        internal required Matrix Normed { get; init; }

        internal required float* Scales { get; init; }

        /// <summary>Queries, keys and values as attention takes them.</summary>
        internal required Matrix Projection { get; init; }

        /// <summary>The same before the norms of heads, where there are such.</summary>
        internal required Matrix Raw { get; init; }

        internal required Matrix HeadScales { get; init; }

        internal required Matrix Seen { get; init; }

        internal required Matrix Normalisers { get; init; }

        /// <summary>The residual stream after attention.</summary>
        internal required Matrix Middle { get; init; }

        internal required Matrix MiddleNormed { get; init; }

        internal required float* MiddleScales { get; init; }

        internal required Matrix GateUp { get; init; }

        internal required Matrix Sigmoids { get; init; }

        internal required Matrix Gated { get; init; }
    }
}
