using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Units;

namespace Bench.Protocol.Objectives;

/// <summary>Matching of self-attention relations of queries, keys and values.</summary>
[Named("attention-relations", "matches self-attention relations of queries, keys and values")]
public sealed record AttentionRelations : ActivationMatching
{
    /// <summary>Heads that both models' attention channels are cut into, so that their own heads may differ.</summary>
    [Key("relation-heads", "heads that both models' attention channels are cut into", Low = 1, High = 1024)]
    public int RelationHeads { get; init; } = 4;

    /// <inheritdoc/>
    public override string Paper =>
        "Wang et al. 2020, MiniLM, equations 3 to 6; Wang et al. 2021, MiniLMv2, equation 2";

    /// <inheritdoc/>
    public override bool MatchesAttention => true;

    /// <summary>
    /// Products of each position with those before it: the student's three times, the teacher's forward only.
    /// </summary>
    public override Flops Beside(ModelShape student, ModelShape teacher, int sequences, int tokens, double rows) =>
        new(sequences * 2.0 * tokens * (tokens + 1.0) / 2 * (3.0 * student.ProjectionRows + teacher.ProjectionRows));

    /// <inheritdoc/>
    public override string? Mismatch(string name, ModelShape shape) =>
        shape.Heads * shape.HeadWidth % RelationHeads != 0 || shape.KeyValueHeads * shape.HeadWidth % RelationHeads != 0
            ? $"{RelationHeads} relation heads do not divide the attention channels of '{name}'; choose "
                + $"relation-heads that do"
            : null;

    /// <inheritdoc/>
    protected override int DefaultLayer(ModelShape shape) => shape.Layers;
}
