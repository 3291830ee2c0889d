using System.Text.Json;

namespace Bench.EndToEnd.Cli;

/// <summary>
/// bench serve as a process, and the official client of OpenAI's protocol, which nobody here wrote, asking it.
/// </summary>
public sealed class ServeCommandTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void The_official_client_completes_a_chat_and_a_stream()
    {
        var model = Repository.DataOrSkip("checkpoints/stories260k/stories260K.bin");
        Clients.PackageOrSkip("openai");
        Environment.SetEnvironmentVariable("BENCH_TEST_TOKEN", "only-for-this-test");
        using var server = new BenchProcess(scratch.Path).Start(
            "serve",
            model,
            "--port",
            "0",
            "--name",
            "stories",
            "--token-variable",
            "BENCH_TEST_TOKEN"
        );
        try
        {
            var line = server.StandardOutput.ReadLine()!;
            Assert.Contains("with a bearer token", line, StringComparison.Ordinal);
            var address = line.Split(' ').Single(word => word.StartsWith("http", StringComparison.Ordinal));
            var (code, output, errors) = Clients.Start(
                "node",
                "openai-client.mjs",
                address,
                "stories",
                "only-for-this-test"
            );
            Assert.True(code == 0, errors);
            var said = JsonDocument.Parse(output).RootElement;
            string Text(string name) => said.GetProperty(name).GetString()!;
            Assert.Equal(Text("chat"), Text("streamed"));
            Assert.NotEmpty(Text("chat"));
            Assert.Equal(("length", "length"), (Text("finish"), Text("streamedFinish")));
            Assert.Equal(24, said.GetProperty("likelihoods").GetInt32());
            Assert.Equal(24, said.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
            Assert.Equal(said.GetProperty("usage").GetRawText(), said.GetProperty("streamedUsage").GetRawText());
            Assert.True(said.GetProperty("chunks").GetInt32() > 20);
            // The beginning of the greedy text that llama2.c writes.
            Assert.StartsWith(", there was", Text("completion"), StringComparison.Ordinal);
            Assert.Equal(["stories"], said.GetProperty("models").EnumerateArray().Select(name => name.GetString()!));
            Assert.Equal(
                (400, "BadRequestError", "temperature"),
                (
                    said.GetProperty("error").GetProperty("status").GetInt32(),
                    said.GetProperty("error").GetProperty("name").GetString(),
                    said.GetProperty("error").GetProperty("param").GetString()
                )
            );
            Assert.NotEqual(0, Clients.Start("node", "openai-client.mjs", address, "stories", "another-token").Code);
        }
        finally
        {
            // Asked to stop, it stops.
            Clients.Start("kill", "-TERM", server.Id.ToString());
            Assert.True(server.WaitForExit(TimeSpan.FromSeconds(20)));
            Assert.Equal(0, server.ExitCode);
        }
    }

    [Fact]
    public void What_cannot_be_served_is_said_in_one_line()
    {
        foreach (
            var (words, says) in ((string[], string)[])
                [
                    (["serve", "nowhere"], "there is no model 'nowhere'"),
                    (["serve", scratch.Path], "config.json"),
                    (["serve", scratch.Path, "--port", "70000"], "--port must be from 0 to 65535"),
                    (["serve", scratch.Path, "--port", "abc"], "abc"),
                    (["sample", scratch.Path, "--temperature", "abc"], "abc"),
                    (["run", scratch.Path, "--jobs", "abc"], "abc"),
                    (["sample", scratch.Path, "--temperature", "nan"], "--temperature must be from 0 to 100"),
                    (["serve", scratch.Path, "--name", ""], "--name is empty"),
                    (["serve", scratch.Path, "--host", "somewhere"], "'somewhere' is no address"),
                    (
                        ["serve", scratch.Path, "--token-variable", "BENCH_NO_SUCH_VARIABLE"],
                        "BENCH_NO_SUCH_VARIABLE is not set"
                    ),
                    (["serve", scratch.Path, "--max-body", "0"], "--max-body must be from 1 to"),
                ]
        )
        {
            var run = new BenchProcess(scratch.Path).Run(words);
            Assert.Equal(2, run.Code);
            Assert.Contains(says, run.Errors, StringComparison.Ordinal);
            Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
