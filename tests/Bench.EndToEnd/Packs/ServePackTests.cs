using System.Text;
using System.Text.Json;
using Bench.Lab.Checkpoints;
using Bench.Lab.Serving;
using Bench.Lab.Tensors;
using Bench.Lab.Text;

namespace Bench.EndToEnd.Packs;

/// <summary>Requests to a served checkpoint with the right answers.</summary>
public sealed class ServePackTests
{
    private const string Joined = "joined tokens of choices[0].logprobs";

    public static IEnumerable<TheoryDataRow<string>> Requests => Pack.Folders("cases", "request.json");

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Tokens_of_log_probabilities_add_up_to_the_text(string folder)
    {
        var files = Path.Combine(Repository.DataOrSkip("checkpoints/stories260k"));
        var expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json"))).RootElement;
        Assert.SkipUnless(expected.TryGetProperty(Joined, out var joined), $"{folder} asks for something else");
        var tokenizer = Llama2cTokenizer.Load(Path.Combine(files, "tok512.bin"), 512);
        using var model = Llama2cFile.Load(Path.Combine(files, "stories260K.bin"), Compute.Cpu);
        await using var server = await ModelServer.Start(
            model,
            tokenizer,
            null,
            new ServeOptions { ModelName = "stories" },
            TimeProvider.System
        );
        using var http = new HttpClient();
        using var response = await http.PostAsync(
            new Uri($"{server.Address}/completions"),
            new StringContent(
                await File.ReadAllTextAsync(Path.Combine(folder, "request.json")),
                Encoding.UTF8,
                "application/json"
            )
        );
        var choice = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("choices")[
            0
        ];
        var likelihoods = choice.GetProperty("logprobs");
        var tokens = likelihoods.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!).ToArray();
        Assert.Equal(joined.GetString(), string.Concat(tokens));
        Assert.Equal(joined.GetString(), choice.GetProperty("text").GetString());
        // Offsets are those of the tokens in the text.
        Assert.Equal(
            tokens.Select((_, i) => string.Concat(tokens[..i]).EnumerateRunes().Count()),
            likelihoods.GetProperty("text_offset").EnumerateArray().Select(offset => offset.GetInt32())
        );
    }
}
