using System.Globalization;
using System.Text.Json;

namespace Bench.EndToEnd.Cli;

/// <summary>The commands that ask a model or a grader for one thing.</summary>
public sealed class ModelCommandTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();

    public void Dispose() => scratch.Dispose();

    private JsonElement[] Run(params string[] words)
    {
        var run = new BenchProcess(scratch.Path).Run(words);
        Assert.True(run.Code == 0, run.Errors + run.Output);
        return
        [
            .. run
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement),
        ];
    }

    private string Refused(params string[] words)
    {
        var run = new BenchProcess(scratch.Path).Run(words);
        Assert.Equal(2, run.Code);
        Assert.StartsWith("bench: ", run.Errors, StringComparison.Ordinal);
        return run.Errors.TrimEnd();
    }

    private string Lines(params string[] lines)
    {
        File.WriteAllLines(scratch.File("in.jsonl"), lines);
        return scratch.File("in.jsonl");
    }

    private static int[] Ids(JsonElement entry, string key) =>
        [.. entry.GetProperty(key).EnumerateArray().Select(id => id.GetInt32())];

    [Fact]
    public void Score_and_sample_say_what_the_reference_says()
    {
        var folder = Repository.DataOrSkip("checkpoints/llama3-tiny");
        var entry = JsonDocument
            .Parse(File.ReadAllBytes(Path.Combine(folder, "reference.json")))
            .RootElement.GetProperty("cases")[1];
        var ids = string.Join(',', Ids(entry, "input_ids"));
        var scored = Run("score", folder, "--token-ids", ids, "--json", "--logits")[0];
        Assert.Equal(entry.GetProperty("mean_nll").GetDouble(), scored.GetProperty("mean_nll").GetDouble(), 1e-5);
        Assert.All(
            scored.GetProperty("logits").EnumerateArray().Zip(entry.GetProperty("final_logits").EnumerateArray()),
            pair => Assert.Equal(pair.Second.GetDouble(), pair.First.GetDouble(), 1e-4)
        );
        Assert.All(
            scored
                .GetProperty("token_logprobs")
                .EnumerateArray()
                .Zip(entry.GetProperty("token_logprobs").EnumerateArray()),
            pair => Assert.Equal(pair.Second.GetDouble(), pair.First.GetDouble(), 1e-4)
        );

        var sampled = Run(
            "sample",
            folder,
            "--token-ids",
            ids,
            "--max-tokens",
            "16",
            "--greedy",
            "--json",
            "--logprobs"
        )[0];
        Assert.Equal(Ids(entry, "input_ids"), Ids(sampled, "prompt_ids"));
        Assert.Equal(Ids(entry, "greedy_continuation"), Ids(sampled, "token_ids"));
        Assert.Equal(JsonValueKind.Null, sampled.GetProperty("text").ValueKind);
        Assert.All(
            sampled
                .GetProperty("token_logprobs")
                .EnumerateArray()
                .Zip(entry.GetProperty("greedy_continuation_logprobs").EnumerateArray()),
            pair => Assert.Equal(pair.Second.GetDouble(), pair.First.GetDouble(), 1e-4)
        );

        Assert.Contains(
            "has no tokenizer; put its tokenizer.json beside it, or give tokens with --token-ids",
            Refused("score", folder, "--text", "hello"),
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "has no tokenizer; put its tokenizer.json beside it",
            Refused("export", folder, "--hf", scratch.File("hf")),
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "add --json",
            Refused("sample", folder, "--token-ids", "5", "--logprobs"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "has no run 'teacher-1.5b'",
            Refused("score", "quickstart/teacher-1.5b", "--token-ids", "5"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "there is no model 'none/model.bin'",
            Refused("score", "none/model.bin", "--token-ids", "5"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "512 is no token of this model; it has 0 to 511",
            Refused("sample", folder, "--token-ids", "5,512"),
            StringComparison.Ordinal
        );
        Assert.Contains("'x' is no token", Refused("score", folder, "--token-ids", "5,x"), StringComparison.Ordinal);
        Assert.Contains("give --text or --token-ids, one of them", Refused("score", folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Tokenize_takes_a_llama2c_model_and_says_where_a_line_is_wrong()
    {
        var stories = Repository.DataOrSkip("checkpoints/stories260k/stories260K.bin");
        var entry = Run("tokenize", stories, "--in", Lines("{\"text\": \"Once upon\"}"))[0];
        Assert.Equal("Once upon", entry.GetProperty("decoded").GetString());
        Assert.Equal([1, .. Ids(entry, "ids_no_special")], Ids(entry, "ids"));
        Assert.Contains(
            "in.jsonl:2: 'text' is missing or no text",
            Refused("tokenize", stories, "--in", Lines("{\"text\": \"a\"}", "{\"txt\": 1}")),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "in.jsonl:1: not JSON",
            Refused("tokenize", stories, "--in", Lines("{")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Grade_writes_a_verdict_for_each_line_and_sums_up_over_samples()
    {
        var input = Lines(
            "{\"id\": \"a\", \"response\": \"#### 5\", \"reference\": \"5\"}",
            "{\"id\": \"a\", \"response\": \"#### 6\", \"reference\": \"5\"}",
            "{\"id\": \"a\", \"response\": \"it is \\\\boxed{5.0}\", \"reference\": \"5\"}"
        );
        var run = new BenchProcess(scratch.Path).Run("grade", "--task", "gsm8k", "--in", input);
        Assert.Equal(0, run.Code);
        Assert.Equal(
            "{\"id\":\"a\",\"correct\":true,\"extracted\":\"5\"}\n{\"id\":\"a\",\"correct\":false,\"extracted\":\"6"
                + "\"}\n{\"id\":\"a\",\"correct\":true,\"extracted\":\"5\"}\n",
            run.Output
        );
        Assert.Equal("2 of 3 correct; pass@1 0.6667 over 1 items; majority@3 1.0000", run.Errors.TrimEnd());
        Assert.Contains(
            "'id' is missing",
            Refused("grade", "--task", "math", "--in", Lines("{\"response\": \"1\", \"reference\": \"1\"}")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_chat_template_is_rendered_from_the_command_line()
    {
        Directory.CreateDirectory(scratch.File("model"));
        File.WriteAllText(
            scratch.File("model/chat_template.jinja"),
            "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}{% if add_generation_prompt "
                + "%}[assistant]{% endif %}"
        );
        var input = Lines(
            "{\"messages\": [{\"role\": \"user\", \"content\": \"Grüße\"}], \"add_generation_prompt\": true}",
            "{\"messages\": [], \"kwargs\": {\"add_generation_prompt\": true}}"
        );
        Assert.Equal(
            ["[user] Grüße\n[assistant]", "[assistant]"],
            Run("chat-template", scratch.File("model"), "--in", input)
                .Select(entry => entry.GetProperty("rendered").GetString()!)
        );
        Assert.Contains(
            "no chat template",
            new BenchProcess(scratch.Path).Run("chat-template", scratch.Path, "--in", input).Errors,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_checkpoint_in_half_precision_needs_its_size_in_float32_and_256_MiB_to_be_read()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads the kernel's account of a process");
        const int Width = 1024,
            Inner = 2816,
            Vocabulary = 64_000,
            Layers = 4;
        long offset = 0;
        var header = new Dictionary<string, object>();
        void Add(string name, params long[] shape) =>
            header[name] = new
            {
                dtype = "F16",
                shape,
                data_offsets = new[]
                {
                    offset,
                    offset += 2 * shape.Aggregate(1L, (product, length) => product * length),
                },
            };
        Add("model.embed_tokens.weight", Vocabulary, Width);
        Add("model.norm.weight", Width);
        for (var layer = 0; layer < Layers; layer++)
        {
            foreach (var norm in (string[])["input_layernorm", "post_attention_layernorm"])
                Add($"model.layers.{layer}.{norm}.weight", Width);
            foreach (var projection in "qkvo")
                Add($"model.layers.{layer}.self_attn.{projection}_proj.weight", Width, Width);
            foreach (var projection in (string[])["gate", "up"])
                Add($"model.layers.{layer}.mlp.{projection}_proj.weight", Inner, Width);
            Add($"model.layers.{layer}.mlp.down_proj.weight", Width, Inner);
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        using (var file = File.Create(scratch.File("model.safetensors")))
        {
            file.Write(BitConverter.GetBytes((long)json.Length));
            file.Write(json);
            // Zeros that take no room on the disk.
            file.SetLength(8 + json.Length + offset);
        }

        File.WriteAllText(
            scratch.File("config.json"),
            $$"""
            {"architectures": ["LlamaForCausalLM"], "hidden_size": {{Width}}, "num_hidden_layers": {{Layers}},
                "num_attention_heads": 16, "intermediate_size": {{Inner}}, "vocab_size": {{Vocabulary}},
                "tie_word_embeddings": true}
            """
        );
        using var process = new BenchProcess(scratch.Path).Start(
            "score",
            scratch.Path,
            "--token-ids",
            "1,2",
            "--json",
            "--logits"
        );
        // Once it begins to answer it has read everything, and it waits for a reader: so many logits do not fit into a
        // pipe.
        var begin = (char)process.StandardOutput.Read();
        var peak = File.ReadLines($"/proc/{process.Id}/status")
            .Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        var answer = JsonDocument.Parse(begin + process.StandardOutput.ReadToEnd()).RootElement;
        process.WaitForExit();
        Assert.Equal(-Math.Log(Vocabulary), answer.GetProperty("token_logprobs")[0].GetDouble(), 1e-4);
        Assert.InRange(
            long.Parse(
                peak.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
                CultureInfo.InvariantCulture
            ) >> 10,
            2 * offset >> 20,
            (2 * offset >> 20) + 256
        );
    }

    [Fact]
    public void Measure_tells_of_each_format_what_using_a_model_takes()
    {
        var folder = Repository.DataOrSkip("checkpoints/stories260k");
        string[] words = ["measure", Path.Combine(folder, "stories260K.bin"), "--tokens", "16"];
        var found = Run([.. words, "--json"]);
        Assert.Equal(
            ["torch-fp32", "onnx-fp32", "onnx-int8"],
            found.Select(row => row.GetProperty("format").GetString())
        );
        double[] Of(string key) => [.. found.Select(row => row.GetProperty(key).GetDouble())];
        var bytes = Of("model_bytes");
        Assert.InRange(bytes[1] / bytes[0], 0.95, 1.15);
        Assert.InRange(bytes[2] / bytes[0], 0.25, 0.45);
        Assert.All(Of("first_token_seconds"), seconds => Assert.InRange(seconds, 1e-5, 5));
        Assert.All(Of("tokens_per_second"), rate => Assert.InRange(rate, 10, 1e6));
        Assert.All(Of("peak_bytes"), peak => Assert.InRange(peak, 5e7, 1e9));
        Assert.Contains(
            "there is no model 'nothing/here'",
            Refused("measure", "nothing/here"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Without_the_fused_kernels_a_model_says_the_same()
    {
        var folder = Repository.DataOrSkip("checkpoints/stories260k");
        string[] words =
        [
            "sample",
            Path.Combine(folder, "stories260K.bin"),
            "--prompt",
            "Once upon a time",
            "--max-tokens",
            "60",
        ];
        var (fused, composite) = (
            new BenchProcess(scratch.Path).Run(words),
            new BenchProcess(
                scratch.Path,
                environment: new Dictionary<string, string> { ["BENCH_KERNELS"] = "composite" }
            ).Run(words)
        );
        Assert.Equal(0, composite.Code);
        Assert.Equal(fused.Output, composite.Output);
    }
}
