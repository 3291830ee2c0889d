using System.Text;

namespace Bench.Lab.Teachers;

/// <summary>A server's answer.</summary>
/// <param name="Text">The response, its reasoning between think tags where the server keeps that apart.</param>
/// <param name="Ended">Whether the model ended; else it reached its limit.</param>
/// <param name="PromptTokens">As the server counts; 0 where it does not say.</param>
/// <param name="ResponseTokens">As the server counts; 0 where it does not say.</param>
/// <param name="Tokens">The response's tokens, where the server told them.</param>
/// <param name="Alternatives">For each of those, the tokens it found most likely with their probabilities, most likely
/// first.</param>
internal sealed record EndpointReply(
    string Text,
    bool Ended,
    int PromptTokens,
    int ResponseTokens,
    int[]? Tokens,
    IReadOnlyList<(int Token, float Probability)[]> Alternatives
)
{
    internal byte[] ToBytes()
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Text);
            writer.Write(Ended);
            writer.Write(PromptTokens);
            writer.Write(ResponseTokens);
            writer.Write(Tokens?.Length ?? -1);
            foreach (var token in Tokens ?? [])
                writer.Write(token);
            foreach (var alternatives in Alternatives)
            {
                writer.Write(alternatives.Length);
                foreach (var (token, probability) in alternatives)
                {
                    writer.Write(token);
                    writer.Write(probability);
                }
            }
        }

        return memory.ToArray();
    }

    internal static EndpointReply FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        var (text, ended, prompt, response, count) = (
            reader.ReadString(),
            reader.ReadBoolean(),
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadInt32()
        );
        if (count < 0)
            return new EndpointReply(
                Text: text,
                Ended: ended,
                PromptTokens: prompt,
                ResponseTokens: response,
                Tokens: null,
                Alternatives: []
            );
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
            tokens[i] = reader.ReadInt32();
        var alternatives = new (int, float)[count][];
        for (var i = 0; i < count; i++)
        {
            alternatives[i] = new (int, float)[reader.ReadInt32()];
            for (var j = 0; j < alternatives[i].Length; j++)
                alternatives[i][j] = (reader.ReadInt32(), reader.ReadSingle());
        }

        return new EndpointReply(
            Text: text,
            Ended: ended,
            PromptTokens: prompt,
            ResponseTokens: response,
            Tokens: tokens,
            Alternatives: alternatives
        );
    }
}
