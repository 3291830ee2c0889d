using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>Two models that write together: the next token comes from share · first + (1 − share) · second.</summary>
internal sealed class MixedDecoding(IDecoding first, IDecoding second, double share) : IDecoding
{
    public Tensor Next(Tensor ids)
    {
        var (a, b) = (
            first.Next(ids).to(ScalarType.Float32).softmax(1),
            second.Next(ids).to(ScalarType.Float32).softmax(1)
        );
        return (a * share + b * (1 - share)).clamp_min(1e-30).log();
    }

    public void Keep(IReadOnlyList<int> places)
    {
        first.Keep(places);
        second.Keep(places);
    }

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }
}
