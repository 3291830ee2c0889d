using Bench.Protocol.Budgets;
using Bench.Protocol.Costs;
using Bench.Protocol.Ledger;
using Bench.Protocol.Objectives;
using Bench.Protocol.Plans;
using Bench.Protocol.Shapes;
using Bench.Protocol.Units;

namespace Bench.Tests.Protocol;

public class CostTests
{
    private static readonly ModelShape Shape = new()
    {
        Layers = 2,
        Width = 8,
        Heads = 4,
        KeyValueHeads = 2,
        HeadWidth = 2,
        FeedForward = 12,
        Vocabulary = 10,
    };

    [Fact]
    public void Forward_flops_have_the_hand_computed_value()
    {
        // Per token: q 8x8, k and v 8x4 each, output 8x8, three of 8x12, head 8x10; times 2, two layers.
        const double Linear = 2 * (2 * (64 + 32 + 32 + 64 + 3 * 96) + 80);
        // Three tokens attend to 1 + 2 + 3 positions; scores and values cost 2 each over 4 heads of 2 channels.
        const double Attention = 2 * 4 * 8 * 6;
        Assert.Equal(3 * Linear + Attention, ModelFlops.Forward(Shape, 3).Value);
        Assert.Equal(3 * (3 * Linear + Attention), ModelFlops.Training(Shape, 3).Value);
    }

    [Fact]
    public void Matching_pays_for_its_own_products()
    {
        var teacher = Shape with { Width = 6, Heads = 3, KeyValueHeads = 1 };
        // Each of five rows: a student's 8 channels onto the teacher's 6, forward, and backward to both.
        Assert.Equal(3 * 2 * 5 * 8 * 6, new HiddenStates().Beside(Shape, teacher, 2, 3, 5).Value);
        // Two sequences of three tokens, 1 + 2 + 3 pairs: queries, keys and values have 8 + 4 + 4 channels, the
        // teacher's 6 + 2 + 2, whose relations need no gradient.
        Assert.Equal(2 * 2 * 6 * (3 * 16 + 10), new AttentionRelations().Beside(Shape, teacher, 2, 3, 5).Value);
        Assert.Equal(0, new ForwardKl().Beside(Shape, teacher, 2, 3, 5).Value);
    }

    [Fact]
    public void A_cached_continuation_costs_what_is_left_of_the_whole() =>
        Assert.Equal(
            ModelFlops.Forward(Shape, 20).Value,
            (ModelFlops.Forward(Shape, 7) + ModelFlops.Continuation(Shape, 7, 13)).Value,
            1e-6
        );

    [Fact]
    public void Parameters_are_counted_by_hand()
    {
        // Two layers of attention (8x8 + 2 of 8x4 + 8x8), feed-forward 3 of 8x12, two norms; embedding, head, final
        // norm.
        Assert.Equal(2 * (192 + 288 + 16) + 2 * 80 + 8, Shape.Parameters);
        Assert.Equal(2 * (192 + 288 + 16) + 80 + 8, (Shape with { TiedHead = true }).Parameters);
        Assert.Equal(2 * (192 + 16 + 288 + 16) + 2 * 80 + 8, (Shape with { AttentionBias = true }).Parameters);
    }

    [Fact]
    public void Charges_add_up_within_a_boundary()
    {
        Charge[] charges =
        [
            new(ChargeKind.StudentTraining, 1, new Flops(3), default),
            new(ChargeKind.TeacherGeneration, 1, new Flops(5), default),
            new(ChargeKind.Evaluation, 1, new Flops(7), default),
        ];
        Assert.Equal(8, new Boundary([ChargeKind.StudentTraining, ChargeKind.TeacherGeneration]).Total(charges).Value);
        Assert.Equal(6, charges[0].Plus(charges[0]).Flops.Value);
        Assert.Throws<ArgumentException>(() => charges[0].Plus(charges[1]));
    }

    [Theory]
    // 2 layers of 8 × 24 + 8 × 8 + 3 × 8 × 16 + 2 × 8 weights and a last norm of 8: 1,320; 32 × 8 = 256 embeddings.
    [InlineData(true, 1320 + 256, 1320)]
    [InlineData(false, 1320 + 512, 1320 + 256)]
    public void Others_count_six_flops_a_parameter_and_token_with_or_without_embeddings(
        bool tied,
        long all,
        long within
    )
    {
        var shape = new ModelShape
        {
            Layers = 2,
            Width = 8,
            Heads = 2,
            KeyValueHeads = 2,
            HeadWidth = 4,
            FeedForward = 16,
            Vocabulary = 32,
            TiedHead = tied,
        };
        Assert.Equal(all, shape.Parameters);
        Assert.Equal(6.0 * all * 100, OtherCounts.SixNd(all, 100).Value);
        Assert.Equal(6.0 * within * 100, OtherCounts.TotalFlos(shape with { Vocabulary = 0 }, all, 100)!.Value.Value);
        Assert.Null(OtherCounts.TotalFlos(ModelShape.Perceptron(4, [3], 2), 23, 100));
        // The table has an arm's mean over its runs.
        var results = new Results(
            [Experiments.Run("a"), Experiments.Run("b")],
            [],
            [],
            [
                new ChargeRow("a", "student-training", 100, 5e5, 1, null, null),
                new ChargeRow("b", "student-training", 100, 3e5, 1, null, null),
                new ChargeRow("b", "student-training", 200, 4e5, 1, null, null),
            ],
            []
        );
        var row = FlopsRow.Of(Experiments.Parse(Experiments.Small), results).Single();
        Assert.Equal((2, 200, 6e5, 6.0 * 1000 * 200), (row.Runs, row.Tokens, row.Flops, row.SixNd));
    }

    [Fact]
    public void The_list_price_follows_from_flops_and_rent_from_seconds_of_the_same_kind_of_device()
    {
        var rented = new Accelerator(
            "test",
            UsdPerHour: 3.6,
            TrainingFlopsPerSecond: 1e9,
            ReadingFlopsPerSecond: 2e9,
            WritingFlopsPerSecond: 1e8,
            Watts: 10,
            ""
        );
        Assert.Equal(0.002, rented.Cost(new Flops(2e9)).Value, 1e-12);
        // 2e9 FLOPs take 2 s of training, 1 s of reading and 20 s of writing.
        Charge[] charges =
        [
            new(ChargeKind.StudentTraining, 1, new Flops(2e9), default),
            new(ChargeKind.TeacherScoring, 1, new Flops(2e9), default),
            new(ChargeKind.TeacherGeneration, 1, new Flops(2e9), default),
        ];
        Assert.Equal(0.023, rented.Cost(charges).Value, 1e-12);
        Assert.Equal(0.02, charges[2].ListPrice(rented)!.Value.Value, 1e-12);
        // A budget in dollars pays for a step at the same rates.
        var step = new StepCost(new Flops(2e9), Teacher: new Flops(4e9), 1, 1, 1) { Written = new Flops(2e9) };
        Assert.Equal(0.023, new Dollars(1).Of(step, rented)!.Value, 1e-12);
        Assert.Equal(0.005, rented.Rent(new Seconds(5), "cuda", threads: 1)!.Value.Value, 1e-12);
        // A GPU's hour says nothing of a processor's seconds, and a processor is rented by the core.
        Assert.Null(rented.Rent(new Seconds(5), "cpu", threads: 1));
        var core = Accelerator.Named(Accelerator.Default);
        Assert.Equal(2 * core.UsdPerHour, core.Rent(new Seconds(3600), "cpu", threads: 2)!.Value.Value, 1e-12);
    }

    [Fact]
    public void Batches_of_like_length_keep_every_example()
    {
        var batches = LengthBuckets.Arrange([5, 1, 4, 1, 3], 2);
        Assert.Equal(
            [
                [1, 3],
                [4, 2],
                [0],
            ],
            batches
        );
    }
}
