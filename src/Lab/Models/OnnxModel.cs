using Bench.Lab.Tensors;
using Bench.Protocol.Shapes;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace Bench.Lab.Models;

/// <summary>
/// A decoder as an ONNX graph, run by ONNX Runtime on one thread: input_ids [batch, sequence], and where the graph asks
/// for them attention_mask, position_ids, and past_key_values.i.key and .value; it gives logits, and present.i.key and
/// .value. A graph without past key values reads everything anew at each token.
/// </summary>
public sealed class OnnxModel : ILanguageModel
{
    private const string Ids = "input_ids";
    private const string Mask = "attention_mask";
    private const string Positions = "position_ids";
    private const string LogitsName = "logits";

    private readonly string path;
    private readonly InferenceSession session;
    private readonly string[] inputs;
    private readonly string[] past;
    private readonly string[] outputs;

    private OnnxModel(string path, ModelShape shape, InferenceSession session)
    {
        (this.path, Shape, this.session) = (path, shape, session);
        past =
        [
            .. session
                .InputMetadata.Keys.Where(name => name.StartsWith("past_key_values.", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
        inputs = [.. session.InputMetadata.Keys.Except(past, StringComparer.Ordinal)];
        if (inputs.FirstOrDefault(name => name is not (Ids or Mask or Positions)) is { } other)
            throw Bad($"its input {other} is not known here; {Ids}, {Mask}, {Positions} and past_key_values are");
        foreach (
            var (name, type) in inputs
                .Select(name => (name, TensorElementType.Int64))
                .Concat(past.Select(name => (name, TensorElementType.Float)))
        )
        {
            if (session.InputMetadata[name].ElementDataType is var found && found != type)
                throw Bad($"its input {name} is of {found}, and must be of {type}");
        }

        outputs = [LogitsName, .. past.Select(PresentOf)];
        if (outputs.FirstOrDefault(name => !session.OutputMetadata.ContainsKey(name)) is { } missing)
            throw Bad($"it has no output {missing}");
        if (!inputs.Contains(Ids))
            throw Bad($"it has no input {Ids}");
        var logits = session.OutputMetadata[LogitsName];
        if (logits.ElementDataType != TensorElementType.Float)
            throw Bad($"its logits are of {logits.ElementDataType}, and must be of Float");
        if (logits.Dimensions is not [_, _, var vocabulary] || (vocabulary > 0 && vocabulary != shape.Vocabulary))
            throw Bad(
                $"its logits are [{string.Join(", ", logits.Dimensions)}], and config.json asks for [batch, "
                    + $"sequence, {shape.Vocabulary}]"
            );
        if (past.Length != 0 && past.Length != 2 * shape.Layers)
            throw Bad($"it has {past.Length} past keys and values, and config.json asks for {2 * shape.Layers}");
    }

    /// <inheritdoc/>
    public ModelShape Shape { get; }

    /// <inheritdoc/>
    public Compute Compute => Compute.Cpu;

    /// <summary>The version of ONNX Runtime that is loaded.</summary>
    public static string RuntimeVersion => OrtEnv.Instance().GetVersionString();

    /// <summary>Whether earlier positions are kept, so that a token costs one position.</summary>
    public bool HasPast => past.Length > 0;

    /// <summary>Loads a graph.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="shape">The shape in its configuration.</param>
    /// <exception cref="LabException">It cannot be read, or is no decoder.</exception>
    public static OnnxModel Load(string path, ModelShape shape)
    {
        InferenceSession? session = null;
        try
        {
            using var options = new SessionOptions
            {
                IntraOpNumThreads = 1,
                InterOpNumThreads = 1,
                ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            };
            session = new InferenceSession(path, options);
            return new OnnxModel(path, shape, session);
        }
        catch (OnnxRuntimeException error)
        {
            throw new LabException($"{path}: not a usable ONNX graph ({error.Message.ReplaceLineEndings(" ")})");
        }
        catch (LabException)
        {
            session?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Tensor Logits(Tensor ids, LayerTap? tap = null)
    {
        if (tap is not null)
            throw new LabException("an ONNX graph does not show its activations");
        var (rows, time) = ((int)ids.shape[0], (int)ids.shape[1]);
        using var results = Run(ids.contiguous().Longs().ToArray(), rows, time, 0, Empty(rows));
        return TensorData.Of(results[0].GetTensorDataAsSpan<float>(), (long)rows * time, Shape.Vocabulary);
    }

    /// <inheritdoc/>
    public IDecoding Begin(int rows, int positions) => HasPast ? new Decoding(this, rows) : new Rereading(this);

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();

    private static string PresentOf(string past) => "present." + past["past_key_values.".Length..];

    private LabException Bad(string problem) => new($"{path}: {problem}");

    private OrtValue[] Empty(int rows) =>
        [.. past.Select(_ => Allocated([rows, Shape.KeyValueHeads, 0, Shape.HeadWidth]))];

    private static OrtValue Allocated(long[] shape) =>
        OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape);

    private IDisposableReadOnlyCollection<OrtValue> Run(long[] ids, int rows, int time, int before, OrtValue[] kept)
    {
        OrtValue Input(string name) =>
            name switch
            {
                Ids => OrtValue.CreateTensorValueFromMemory(ids, [rows, time]),
                Mask => OrtValue.CreateTensorValueFromMemory(
                    Enumerable.Repeat(1L, rows * (before + time)).ToArray(),
                    [rows, before + time]
                ),
                _ => OrtValue.CreateTensorValueFromMemory(
                    Enumerable.Range(0, rows * time).Select(i => (long)before + i % time).ToArray(),
                    [rows, time]
                ),
            };

        var own = inputs.Select(Input).ToArray();
        try
        {
            using var options = new RunOptions();
            return session.Run(options, [.. inputs, .. past], [.. own, .. kept], outputs);
        }
        catch (OnnxRuntimeException error)
        {
            throw Bad(error.Message.ReplaceLineEndings(" "));
        }
        finally
        {
            foreach (var value in own)
                value.Dispose();
        }
    }

    // Of logits [rows, time, vocabulary], those of the last time.
    private Tensor Last(OrtValue logits, int rows, int time)
    {
        var all = logits.GetTensorDataAsSpan<float>();
        var vocabulary = Shape.Vocabulary;
        var last = empty([rows, vocabulary], dtype: ScalarType.Float32);
        for (var row = 0; row < rows; row++)
            all.Slice(((row + 1) * time - 1) * vocabulary, vocabulary)
                .CopyTo(last.Floats().Slice(row * vocabulary, vocabulary));
        return last;
    }

    private sealed class Decoding : IDecoding
    {
        private readonly OnnxModel model;
        private OrtValue[] kept;
        private int before;

        internal Decoding(OnnxModel model, int rows) => (this.model, kept) = (model, model.Empty(rows));

        public Tensor Next(Tensor ids)
        {
            var (rows, time) = ((int)ids.shape[0], (int)ids.shape[1]);
            var results = model.Run(ids.contiguous().Longs().ToArray(), rows, time, before, kept);
            var logits = model.Last(results[0], rows, time);
            results[0].Dispose();
            Replace([.. results.Skip(1)]);
            before += time;
            return logits;
        }

        public void Keep(IReadOnlyList<int> places) =>
            Replace([
                .. kept.Select(value =>
                {
                    var shape = value.GetTensorTypeAndShape().Shape;
                    var chosen = Allocated([places.Count, .. shape[1..]]);
                    var from = value.GetTensorDataAsSpan<float>();
                    var to = chosen.GetTensorMutableDataAsSpan<float>();
                    var size = (int)(shape[1] * shape[2] * shape[3]);
                    for (var i = 0; i < places.Count; i++)
                        from.Slice(places[i] * size, size).CopyTo(to.Slice(i * size, size));
                    return chosen;
                }),
            ]);

        public void Dispose() => Replace([]);

        private void Replace(OrtValue[] values)
        {
            foreach (var value in kept)
                value.Dispose();
            kept = values;
        }
    }

    private sealed class Rereading(OnnxModel model) : IDecoding
    {
        private long[][] rows = [];

        public Tensor Next(Tensor ids)
        {
            var (count, time) = ((int)ids.shape[0], (int)ids.shape[1]);
            var fresh = ids.contiguous().Longs().ToArray().Chunk(time).ToArray();
            rows = rows.Length == 0 ? fresh : [.. rows.Zip(fresh, (old, more) => (long[])[.. old, .. more])];
            using var results = model.Run([.. rows.SelectMany(row => row)], count, rows[0].Length, 0, []);
            return model.Last(results[0], count, rows[0].Length);
        }

        public void Keep(IReadOnlyList<int> places) => rows = [.. places.Select(place => rows[place])];

        public void Dispose() { }
    }
}
