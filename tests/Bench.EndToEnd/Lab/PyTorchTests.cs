using System.Diagnostics;
using System.Text.Json;
using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using static TorchSharp.torch;

namespace Bench.EndToEnd.Lab;

/// <summary>Losses and gradients beside PyTorch's own formulas, where Debian's python3-torch is installed.</summary>
public class PyTorchTests
{
    private const int Rows = 6;
    private const int Vocabulary = 41;

    // Reads {z, v, targets, t, beta, alpha} and prints {name: [loss, gradient]}.
    private const string Script = """
        import json, sys, torch
        import torch.nn.functional as F
        d = json.load(sys.stdin)
        z = torch.tensor(d["z"], dtype=torch.float64).view(d["rows"], -1).requires_grad_()
        v = torch.tensor(d["v"], dtype=torch.float64).view(d["rows"], -1)
        y, t, beta, alpha = torch.tensor(d["targets"]), d["t"], d["beta"], d["alpha"]
        logq, logp = F.log_softmax(z / t, 1), F.log_softmax(v / t, 1)
        def kl(a, b): return F.kl_div(b, a, reduction="sum", log_target=True)
        def mix(w): return torch.log(w * logp.exp() + (1 - w) * logq.exp())
        losses = {
            "cross-entropy": F.cross_entropy(z, y, reduction="sum"),
            "forward-kl": kl(logp, logq) * t * t,
            "reverse-kl": kl(logq, logp) * t * t,
            "jsd": (beta * kl(logp, mix(beta)) + (1 - beta) * kl(logq, mix(beta))) * t * t,
            "skew-kl": kl(logp, mix(alpha)) * t * t,
            "skew-reverse-kl": kl(logq, mix(1 - alpha)) * t * t,
            "jeffreys": (kl(logp, logq) + kl(logq, logp)) * t * t,
            "tvd": 0.5 * (logp.exp() - logq.exp()).abs().sum() * t * t,
        }
        print(json.dumps({k: [l.item(), torch.autograd.grad(l, z, retain_graph=True)[0].flatten().tolist()] for k,
            l in losses.items()}))
        """;

    private static JsonElement Python(object input)
    {
        Process process;
        try
        {
            process = Process.Start(
                new ProcessStartInfo("/usr/bin/python3", ["-c", Script])
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("needs python3 with torch (Debian: python3-torch)");
            throw;
        }

        using (process)
        {
            process.StandardInput.Write(JsonSerializer.Serialize(input));
            process.StandardInput.Close();
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            process.WaitForExit();
            Assert.SkipWhen(
                errors.Result.Contains("No module named 'torch'", StringComparison.Ordinal),
                "needs python3 with torch (Debian: python3-torch)"
            );
            Assert.True(process.ExitCode == 0, errors.Result);
            return JsonDocument.Parse(output.Result).RootElement;
        }
    }

    [Fact]
    public void Losses_and_gradients_agree_with_pytorch()
    {
        var random = new Seed(77).Stream("pytorch");
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextNormal()))];
        var (z, v) = (Draw(Rows * Vocabulary), Draw(Rows * Vocabulary));
        long[] targets = [.. Enumerable.Range(0, Rows).Select(_ => (long)random.Next(Vocabulary))];
        const double T = 1.7;
        var theirs = Python(
            new
            {
                z,
                v,
                targets,
                t = T,
                beta = Divergences.Beta,
                alpha = Divergences.Alpha,
                rows = Rows,
            }
        );
        var rows = Enumerable.Range(0, Rows).Select(i => (long)i).ToArray();
        foreach (var byHand in (bool[])[true, false])
        {
            foreach (var name in Divergences.Names.Prepend("cross-entropy"))
            {
                using var scope = NewDisposeScope();
                var at = TensorData.Of(rows, Rows);
                var (loss, gradient) = Losses.Of(
                    byHand,
                    name == "cross-entropy"
                        ? new CrossEntropyLoss.OnRows(at, TensorData.Of(targets, Rows))
                        : Divergences.Of(name)(
                            at,
                            new TeacherDistribution.Dense(TensorData.Of(v, Rows, Vocabulary)),
                            T,
                            null
                        ),
                    TensorData.Of(z, Rows, Vocabulary),
                    at
                );
                var expected = theirs.GetProperty(name);
                Assert.Equal(expected[0].GetDouble(), loss, 1e-5 * Math.Max(1, expected[0].GetDouble()));
                Assert.All(
                    gradient.Zip(expected[1].EnumerateArray()),
                    pair => Assert.Equal(pair.Second.GetDouble(), pair.First, 1e-5)
                );
            }
        }
    }
}
