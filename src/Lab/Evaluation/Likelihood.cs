using Bench.Lab.Models;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Evaluation;

/// <summary>A model's likelihoods of a given sequence.</summary>
/// <param name="LogProbabilities">The natural log-probability of each token but the first, given those before
/// it.</param>
/// <param name="FinalLogits">The logits of what would come next, one for each token of the vocabulary.</param>
public sealed record Likelihood(IReadOnlyList<double> LogProbabilities, IReadOnlyList<float> FinalLogits)
{
    /// <summary>The mean negative log-likelihood in nats; null of a single token.</summary>
    public double? MeanNats => LogProbabilities.Count == 0 ? null : -LogProbabilities.Average();

    /// <summary>Reads a sequence.</summary>
    /// <exception cref="LabException">It is empty, or holds what is no token of the model.</exception>
    public static Likelihood Of(ILanguageModel model, IReadOnlyList<int> tokens)
    {
        if (tokens.Count == 0)
            throw new LabException("there is no token to read");
        if (
            tokens.FirstOrDefault(token => token < 0 || token >= model.Shape.Vocabulary, -1) is var wrong
            && (wrong >= 0 || tokens.Contains(wrong))
        )
            throw new LabException($"{wrong} is no token of this model; it has 0 to {model.Shape.Vocabulary - 1}");
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var logits = model
            .Logits(TensorData.Of([.. tokens.Select(token => (long)token)], 1, tokens.Count).to(model.Compute.Device))
            .to(ScalarType.Float32);
        var final = logits.select(0, tokens.Count - 1).ToArray();
        if (tokens.Count == 1)
            return new Likelihood([], final);
        var next = TensorData
            .Of([.. tokens.Skip(1).Select(token => (long)token)], tokens.Count - 1, 1)
            .to(model.Compute.Device);
        return new Likelihood(
            [
                .. logits
                    .narrow(0, 0, tokens.Count - 1)
                    .log_softmax(1)
                    .gather(1, next)
                    .ToArray()
                    .Select(value => (double)value),
            ],
            final
        );
    }
}
