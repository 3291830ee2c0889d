using System.Text.Json;
using Bench.Lab.Tensors;
using Bench.Lab.Text;

namespace Bench.Tests.Lab;

/// <summary>Tokenizers of every family, small enough to see through.</summary>
public sealed class TokenizerTests
{
    private const string Sentencelike = """
        {"added_tokens": [
            {"id": 0, "content": "<unk>", "special": true, "normalized": false}, {"id": 1, "content": "<s>",
                "special": true, "normalized": false},
            {"id": 263, "content": "<mask>", "special": true, "normalized": false, "lstrip": true}],
         "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace",
             "pattern": {"String": " "}, "content": "▁"}]},
         "pre_tokenizer": null,
         "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
             {"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {"<s>": {"id": "<s>", "ids": [1],
             "tokens": ["<s>"]}}},
         "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
             {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
         "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
            "vocab": {"<unk>": 0, "<s>": 1, BYTES, "▁": 258, "a": 259, "b": 260, "ab": 261, "▁ab": 262},
                "merges": ["a b", "▁ ab"]}}
        """;

    private static HuggingFaceTokenizer Of(string json)
    {
        using var scratch = Repository.Scratch();
        File.WriteAllText(
            scratch.File("tokenizer.json"),
            json.Altered(
                "BYTES",
                string.Join(", ", Enumerable.Range(0, 256).Select(value => $"\"<0x{value:X2}>\": {value + 2}"))
            )
        );
        return HuggingFaceTokenizer.Load(scratch.File("tokenizer.json"));
    }

    [Fact]
    public void Sentencepiece_style_vocabularies_fall_back_to_bytes()
    {
        var tokenizer = Of(Sentencelike);
        Assert.Equal([262, 258, 259], tokenizer.Encode("ab a"));
        Assert.Equal([1, 262], tokenizer.EncodeWhole("ab"));
        // é is C3 A9.
        Assert.Equal([258, 2 + 0xC3, 2 + 0xA9, 261], tokenizer.Encode("éab"));
        Assert.Equal("éab a", tokenizer.Decode(tokenizer.Encode("éab a")));
        // Bytes that are no character, one mark for each; the white space before a mask is the mask's.
        Assert.Equal("\uFFFD\uFFFDa", tokenizer.Decode([2 + 0xC3, 2 + 0xC3, 259]));
        Assert.Equal([262, 263, 258, 259], tokenizer.Encode("ab <mask>a"));
    }

    [Theory]
    [InlineData("\"a b\"", "\"a c\"", "which is no token")]
    [InlineData("\"a b\"", "\"a b c\"", "is not a merge of two tokens")]
    [InlineData("\"a\": 259", "\"a\": 260", "two tokens have the number 260")]
    [InlineData("\"a\": 259", "\"▁\": 259", "the token '▁' stands twice in the vocabulary")]
    [InlineData("\"a\": 259", "\"a\": -1", "the token 'a' has the number -1")]
    [InlineData("\"a\": 259", "\"a\": 2147483647", "the token 'a' has the number 2147483647")]
    [InlineData("\"type\": \"BPE\"", "\"type\": \"Unigram\"", "models of type Unigram are not known here")]
    [InlineData(
        "\"type\": \"Prepend\"",
        "\"type\": \"Precompiled\"",
        "normalizers of type Precompiled are not known here"
    )]
    [InlineData(
        "\"pre_tokenizer\": null",
        "\"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \"(\"}, \"behavior\": \"Isolated\"}",
        "cannot be matched"
    )]
    [InlineData("\"id\": 263", "\"id\": 1", "two tokens have the number 1: '<s>' and '<mask>'")]
    [InlineData("\"model\": {", "\"modal\": {", "it has no section model")]
    [InlineData(
        "{\"added_tokens\"",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "not a usable tokenizer"
    )]
    public void A_broken_or_unknown_file_is_refused_in_one_line_that_names_it(string right, string wrong, string says)
    {
        Assert.Contains(right, Sentencelike, StringComparison.Ordinal);
        var error = Assert.Throws<LabException>(() => Of(Sentencelike.Altered(right, wrong)));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Characters_compose_canonically()
    {
        Assert.Equal("\u00E9", CanonicalComposition.Normalise("e\u0301"));
        // Marks in the order of their classes, and one that another of its class keeps from its letter.
        Assert.Equal("\u1E69", CanonicalComposition.Normalise("s\u0307\u0323"));
        Assert.Equal(
            "a\u0315\u0300\u05AE\u0300b".Length - 1,
            CanonicalComposition.Normalise("a\u0315\u0300\u05AE\u0300b").Length
        );
        Assert.Equal("\uD55C", CanonicalComposition.Normalise("\u1112\u1161\u11AB"));
        Assert.Equal("\u03A9", CanonicalComposition.Normalise("\u2126"));
        Assert.Equal("\u0958".Length + 1, CanonicalComposition.Normalise("\u0958").Length);
    }

    [Theory]
    [InlineData(
        "{% for m in messages if m.role != 'system' %}{{ loop.index }}:{{ m.content|trim }};{% else %}none{% endfor %}",
        "1:hi;2:yo;"
    )]
    [InlineData(
        "{%- set ns = namespace(n=0) -%}{%- for m in messages -%}{%- set ns.n = ns.n + 1 -%}{%- endfor -%}{{ ns.n }}",
        "3"
    )]
    [InlineData("{{ messages[::-1][0].content ~ '/' ~ messages[-1]['role'] }}", "yo/assistant")]
    [InlineData(
        "{{ {'a': [1, 2.5, true, none], 'b': 'ü\"'} | tojson }}",
        "{\"a\": [1, 2.5, true, null], \"b\": \"ü\\\"\"}"
    )]
    [InlineData("{{ {'a': [1], 'b': {}} | tojson(indent=2) }}", "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}")]
    [InlineData(
        "{% macro say(x, y='!') %}<{{ x }}{{ y }}>{% endmacro %}{{ say('a') }}{{ say('b', y='?') }}",
        "<a!><b?>"
    )]
    [InlineData("  {% if x is not defined and not messages is string %}\n  yes\n  {% endif %}\nend", "  yes\nend")]
    [InlineData(
        "{{ 'a' if false }}|{{ 7 // 2 }}|{{ -7 % 3 }}|{{ 'x' * 3 }}|{{ 1 + 1 == 2 and 'b' in 'abc' }}",
        "|3|2|xxx|True"
    )]
    [InlineData(
        "{% for k, v in {'p': 1, 'q': 2}.items() %}{% if k == 'q' %}{% break %}{% endif %}{{ k }}={{ v }}{% endfor %}",
        "p=1"
    )]
    [InlineData("{{ 'a</think>\\nb'.split('</think>')[-1].lstrip('\\n') }}", "b")]
    [InlineData(
        "{# gone #}{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | join(',') | "
            + "replace(' ', '') | upper }}",
        "HI"
    )]
    [InlineData(
        "{% set x %}in {{ 1 }}{% endset %}{{ x }}{{ missing.y is defined if missing is defined else '-' }}",
        "in 1-"
    )]
    public void Templates_mean_what_jinja_means(string template, string expected)
    {
        using var scratch = Repository.Scratch();
        File.WriteAllText(scratch.File("chat_template.jinja"), template.Replace("\\n", "\n", StringComparison.Ordinal));
        using var messages = JsonDocument.Parse(
            """
            [{"role": "system", "content": "s"}, {"role": "user", "content": " hi "}, {"role": "assistant",
                "content": "yo"}]
            """
        );
        Assert.Equal(
            expected,
            ChatTemplate.Load(scratch.Path).Render(messages.RootElement, [], new DateOnly(2026, 1, 2))
        );
    }

    [Theory]
    [InlineData("{% if x %}a", "chat template, line 1: elif or else or endif is missing")]
    [InlineData("\n{{ 'a }}", "chat template, line 2: a string is not closed")]
    [InlineData("{{ x | nonsense }}", "the filter 'nonsense' is not known here")]
    [InlineData("{{ missing.name }}", "asks something undefined for 'name'")]
    [InlineData("{{ raise_exception('no') }}", "the chat template refuses the conversation: no")]
    public void A_template_that_cannot_be_rendered_says_why(string template, string says)
    {
        using var scratch = Repository.Scratch();
        File.WriteAllText(scratch.File("chat_template.jinja"), template);
        using var messages = JsonDocument.Parse("[]");
        Assert.Contains(
            says,
            Assert
                .Throws<LabException>(() => ChatTemplate.Load(scratch.Path).Render(messages.RootElement, [], default))
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_hostile_template_is_refused_and_ends()
    {
        using var scratch = Repository.Scratch();
        foreach (
            var (template, says) in ((string, string)[])
                [
                    ("{{ " + new string('(', 5000) + "1" + new string(')', 5000) + " }}", "nest too deeply"),
                    ("{{ " + new string('-', 50_000) + "1 }}", "too long"),
                    ("{{ " + string.Concat(Enumerable.Repeat("not ", 50_000)) + "1 }}", ""),
                    ("{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 50_000)) + " }}", "too long"),
                    ("{{ x" + string.Concat(Enumerable.Repeat(".a", 50_000)) + " }}", "too long"),
                    ("{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}", "calls itself too often"),
                    (
                        "{% for i in range(-9223372036854775807, 9223372036854775807) %}x{% endfor %}",
                        "range is too long"
                    ),
                    (string.Concat(Enumerable.Repeat("{% if true %}", 5000)), "nest too deeply"),
                    ("{{ raise_exception('no') }}", "refuses the conversation: no"),
                ]
        )
        {
            File.WriteAllText(scratch.File("chat_template.jinja"), template);
            using var messages = JsonDocument.Parse("[]");
            var error = Record.Exception(() =>
                ChatTemplate.Load(scratch.Path).Render(messages.RootElement, [], new DateOnly(2026, 1, 1))
            );
            if (says.Length > 0)
                Assert.Contains(says, Assert.IsAssignableFrom<LabException>(error).Message, StringComparison.Ordinal);
            else
                Assert.Null(error);
        }

        // After a dot a method comes first, in brackets an entry.
        File.WriteAllText(
            scratch.File("chat_template.jinja"),
            "{% for k, v in messages[0].items() %}{{ k }}={{ v }} {% endfor %}{{ messages[0]['items'] }}"
        );
        using var message = JsonDocument.Parse("""[{"items": 5, "role": "user"}]""");
        Assert.Equal(
            "items=5 role=user 5",
            ChatTemplate.Load(scratch.Path).Render(message.RootElement, [], new DateOnly(2026, 1, 1))
        );
    }

    [Fact]
    public void Llama_s_class_decides_what_stands_around_a_text_and_a_configuration_what_ends_it()
    {
        using var scratch = Repository.Scratch();
        File.WriteAllText(
            scratch.File("tokenizer.json"),
            """
            {"added_tokens": [{"id": 2, "content": "<s>", "special": true}, {"id": 3, "content": "</s>",
                "special": true}],
             "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}},
                 {"Sequence": {"id": "A"}}], "special_tokens": {"<s>": {"ids": [2]}}},
             "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}}
            """
        );
        int[] Whole(string config)
        {
            File.WriteAllText(scratch.File("tokenizer_config.json"), config);
            return HuggingFaceTokenizer.Load(scratch.Path).EncodeWhole("ab");
        }

        Assert.Equal([2, 0, 1], Whole("{}"));
        Assert.Equal(
            [2, 0, 1, 3],
            Whole(
                """
                {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "add_eos_token": true}
                """
            )
        );
        Assert.Equal(
            [0, 1],
            Whole(
                """
                {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "add_bos_token": false}
                """
            )
        );
        File.WriteAllText(scratch.File("tokenizer_config.json"), "{}");
        Assert.Equal(-1, HuggingFaceTokenizer.Load(scratch.Path).End);
        File.WriteAllText(scratch.File("generation_config.json"), """{"eos_token_id": [3, 2]}""");
        Assert.Equal(3, HuggingFaceTokenizer.Load(scratch.Path).End);
        Assert.Equal([2], HuggingFaceTokenizer.Load(scratch.Path).OtherEnds);
    }
}
