using System.Text.Json;

namespace Bench.Protocol.Plans;

/// <summary>What one process sustains on a machine that was measured, by which a <see cref="Forecast"/> tells how long units of work take there.</summary>
public sealed record MachineProfile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The processor's name.</summary>
    public required string Processor { get; init; }

    /// <summary>UTC, ISO 8601.</summary>
    public required string Measured { get; init; }

    /// <summary>float32 matrix products of 2048 × 2048.</summary>
    public required double MatrixFlopsPerSecond { get; init; }

    /// <summary>FLOP/s of training steps, by the model's width and the tokens of a step of 32 sequences.</summary>
    public required IReadOnlyList<MeasuredRate> Training { get; init; }

    /// <summary>FLOP/s of writing, by the model's width and the responses that are written together.</summary>
    public required IReadOnlyList<MeasuredRate> Generation { get; init; }

    /// <summary>FLOP/s of reading texts for their probabilities, by the model's width and the tokens of a pass.</summary>
    public required IReadOnlyList<MeasuredRate> Scoring { get; init; }

    /// <summary>A teacher's probabilities read from the signal cache.</summary>
    public required double SignalBytesPerSecond { get; init; }

    /// <summary>From the start of a process until libtorch is loaded and has computed something.</summary>
    public required double StartSeconds { get; init; }

    /// <summary>What a process's first steps of training and its first responses take beyond later ones: methods are compiled then.</summary>
    public required double WarmUpSeconds { get; init; }

    /// <summary>Processes that train at once when each core has one.</summary>
    public required int Cores { get; init; }

    /// <summary>Of its speed alone, what each of so many processes keeps: they share caches and memory, and some cores are halves of one.</summary>
    public required double KeptTogether { get; init; }

    /// <summary>Reads a profile; null where there is none that can be read.</summary>
    public static MachineProfile? Read(string path)
    {
        try
        {
            var profile = JsonSerializer.Deserialize<MachineProfile>(File.ReadAllBytes(path), Indented);
            return profile is { Training.Count: > 0, Generation.Count: > 0, Scoring.Count: > 0 } ? profile : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Its text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Indented) + "\n";

    /// <summary>Of its speed alone, what each of a number of processes keeps; of more than there are cores, each has a part of one.</summary>
    public double Kept(int jobs) => jobs <= 1 ? 1 : jobs >= Cores ? KeptTogether * Cores / jobs : 1 - (1 - KeptTogether) * (jobs - 1) / (Cores - 1);

    /// <summary>The rate at a width and a size, between the measured ones along both on logarithmic axes; beyond them it is that of the nearest.</summary>
    public static double Rate(IReadOnlyList<MeasuredRate> rates, double width, double size)
    {
        double Between(IReadOnlyList<(double At, double Value)> points, double at)
        {
            if (at <= points[0].At) return points[0].Value;
            for (var i = 1; i < points.Count; i++)
            {
                if (at > points[i].At) continue;
                var share = Math.Log(at / points[i - 1].At) / Math.Log(points[i].At / points[i - 1].At);
                return Math.Exp((1 - share) * Math.Log(points[i - 1].Value) + share * Math.Log(points[i].Value));
            }

            return points[^1].Value;
        }

        return Between([.. rates.GroupBy(rate => rate.Width).OrderBy(group => group.Key)
            .Select(group => ((double)group.Key, Between([.. group.OrderBy(rate => rate.Size).Select(rate => ((double)rate.Size, rate.FlopsPerSecond))], size)))], width);
    }
}
