namespace Bench.Protocol.Machines;

/// <summary>
/// A step of a kind of work that was timed on a machine: of training, of reading a text, or of writing one more token
/// of each response.
/// </summary>
/// <param name="Case">The kind.</param>
/// <param name="Parameters">Of the model.</param>
/// <param name="Batch">Sequences together.</param>
/// <param name="Length">Tokens of a sequence; of a response that is written, with its prompt.</param>
/// <param name="Dtype">As the table names it.</param>
/// <param name="Detail">As the table names it: words such as checkpointed, lora, compiled.</param>
/// <param name="Seconds">Of a step.</param>
/// <param name="Flops">Of a step, as charges count them.</param>
/// <param name="Watts">Of the device meanwhile; null where no meter was read.</param>
public sealed record MeasuredStep(
    StepCase Case,
    double Parameters,
    double Batch,
    double Length,
    string Dtype,
    string Detail,
    double Seconds,
    double Flops,
    double? Watts
)
{
    /// <summary>Whether activations are computed again on the way back.</summary>
    public bool Recomputes => Detail.Contains("checkpointed", StringComparison.Ordinal);

    /// <summary>Whether adapters of low rank are trained in place of the weights.</summary>
    public bool IsLora => Detail.Contains("lora", StringComparison.Ordinal);

    /// <summary>Whether parameters and moments are in half precision, without a master copy.</summary>
    public bool IsHalf => Dtype == "bf16";

    /// <summary>Whether a compiler fused it, which Bench does not do.</summary>
    public bool IsCompiled => Detail.Contains("compiled", StringComparison.Ordinal);

    /// <summary>Whether its numbers can be those of a machine.</summary>
    internal bool IsPlausible =>
        this
            is {
                Parameters: > 0 and < 1e15,
                Batch: > 0 and < 1e9,
                Length: > 0 and < 1e9,
                Seconds: > 1e-9 and < 1e9,
                Flops: > 0 and < 1e30
            };

    /// <summary>
    /// The quantity, beside the model, that a step's time depends on: its tokens, and for writing its responses.
    /// </summary>
    public double Size => Case == StepCase.Write ? Batch : Batch * Length;
}
