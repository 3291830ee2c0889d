using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Lab.Teachers;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Lab.Training;
using Bench.Protocol.Budgets;
using Bench.Protocol.Costs;
using Bench.Protocol.Objectives;
using Bench.Protocol.Seeds;
using Bench.Protocol.Signals;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Protocol.Units;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

public class OnPolicyTests
{
    private const int Limit = 6;

    private static readonly MethodSpec Plain = new()
    {
        Name = "own",
        Objective = new ForwardKl(),
        Signal = new OnPolicy(),
        Keep = Keep.Trace,
    };

    // A vocabulary of 19: the four special tokens and fifteen characters.
    private static readonly CharacterTokenizer Tokenizer = new("0123456789+=,ab");

    private static readonly int[][] Prompts =
    [
        .. Enumerable.Range(0, 40).Select(i => new[] { CharacterVocabulary.Begin, 4 + i % 10, 5 + i % 7 }),
    ];

    private static T With<T>(
        MethodSpec method,
        Func<Learning, ILiveTeacher, OnPolicyCurriculum, T> use,
        Lesson? text = null,
        int seed = 1
    )
    {
        using var scope = NewDisposeScope();
        using var student = Decoder.Initialise(Models.Plain, Compute.Cpu, new Seed(seed));
        using var teacher = new LocalTeacher(Models.Make(Models.Plain, Compute.Cpu), Tokenizer, TimeProvider.System);
        using var objective = new StudentObjective(method.Objective, student, teacher.Shape, new Seed(seed));
        var curriculum = new OnPolicyCurriculum(
            method,
            student,
            teacher,
            objective,
            Prompts,
            Limit,
            CharacterVocabulary.End,
            text,
            new OptimiserSpec { Batch = 4 },
            new Seed(seed),
            TimeProvider.System
        );
        return use(new Learning(student, objective), teacher, curriculum);
    }

    private static BudgetMeter Meter(string unit, double amount) =>
        BudgetMeter.For(Budget.Of(unit, amount), Accelerator.Named(Accelerator.Default), TimeProvider.System);

    private static TrainingResult Train(Learning learning, ICurriculum curriculum, BudgetMeter meter) =>
        new Trainer(
            learning.Objective,
            Compute.Cpu,
            new OptimiserSpec { Batch = 4, LearningRate = 0.01 },
            TimeProvider.System
        ).Train(curriculum, meter, ChargeKind.StudentTraining);

    private sealed record Learning(Decoder Student, StudentObjective Objective);

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    public void A_step_pays_for_what_the_student_writes_and_the_teacher_reads(double mix) =>
        With(
            Plain with
            {
                Objective = mix > 0 ? new PolicyGradient { TeacherMix = mix } : new ForwardKl(),
            },
            (_, _, curriculum) =>
            {
                for (var i = 0; i < 5; i++)
                {
                    var most = curriculum.NextAtMost;
                    var cost = curriculum.Next().Cost;
                    // Between one token and the limit for each response; padded to the longest.
                    Assert.InRange(cost.LossTokens, 4, 4 * Limit);
                    var time = (int)(cost.ProcessedTokens / 4);
                    Assert.InRange(time, 3, 3 + Limit - 1);
                    Assert.True(cost.Student.Value > 4 * ModelFlops.Training(Models.Plain, time).Value);
                    Assert.Equal(
                        (mix > 0 ? 8 : 4) * ModelFlops.Forward(Models.Plain, time).Value,
                        cost.Teacher.Value,
                        1.0
                    );
                    Assert.Equal(cost.Teacher, cost.Live);
                    Assert.True(
                        most.Student.Value >= cost.Student.Value
                            && most.Teacher.Value >= cost.Teacher.Value
                            && most.LossTokens >= cost.LossTokens
                    );
                }

                return 0;
            }
        );

    [Theory]
    [InlineData("student-flops", 3e7)]
    [InlineData("total-flops", 3e7)]
    [InlineData("tokens", 500)]
    [InlineData("queries", 50)]
    public void A_budget_is_used_and_never_exceeded(string unit, double amount) =>
        With(
            Plain,
            (student, _, curriculum) =>
            {
                var result = Train(student, curriculum, Meter(unit, amount));
                var spent = unit switch
                {
                    "student-flops" => result.Charge.Flops.Value,
                    "total-flops" => result.Charge.Flops.Value + result.Scoring!.Flops.Value,
                    // Each of its responses is a request to the teacher.
                    "queries" => result.Examples,
                    _ => result.LossTokens,
                };
                Assert.Equal(result.Examples, result.Queries);
                Assert.InRange(spent, 0.7 * amount, amount);
                Assert.Empty(result.Used);
                return 0;
            }
        );

    [Fact]
    public void The_same_seed_writes_the_same_text_and_learns_the_same()
    {
        float[] Weights(int seed) =>
            With(
                Plain,
                (student, _, curriculum) =>
                {
                    Train(student, curriculum, Meter("examples", 60));
                    return student.Student.Parameters.SelectMany(parameter => parameter.Tensor.ToArray()).ToArray();
                },
                seed: seed
            );
        Assert.Equal(Weights(1), Weights(1));
        Assert.NotEqual(Weights(1), Weights(2));
    }

    [Fact]
    public void A_student_comes_nearer_to_its_teacher_on_what_it_writes_itself() =>
        With(
            Plain,
            (student, teacher, curriculum) =>
            {
                double Divergence()
                {
                    using var scope = NewDisposeScope();
                    using var quiet = no_grad();
                    var batch = BatchBuilder.Of(
                        [.. Prompts.Select(prompt => new Sequence([.. prompt, 6, 7, 1], 3))],
                        5,
                        Compute.Cpu
                    );
                    return ForwardKlLoss
                        .Sum(
                            student.Student.Logits(batch.Ids),
                            batch.Rows,
                            new TeacherDistribution.Dense(teacher.Logits(batch.Ids, batch.Rows).contiguous()),
                            1
                        )
                        .item<float>();
                }

                var before = Divergence();
                Train(student, curriculum, Meter("examples", 1500));
                Assert.InRange(Divergence(), 0, 0.6 * before);
                return 0;
            }
        );

    [Fact]
    public void Lambda_mixes_the_teachers_text_in_and_it_is_paid_for_once()
    {
        var text = Lesson.Of([.. Prompts.Select(prompt => new Sequence([.. prompt, 6, 7, 1], 3))]) with
        {
            Teacher = [.. Prompts.Select(_ => new TeacherWork(new Flops(1e6), Flops.Zero))],
            QueriesEach = 2,
        };
        With(
            Plain with
            {
                Signal = new OnPolicy { Lambda = 0.5 },
            },
            (student, _, curriculum) =>
            {
                var (ahead, asked) = (0.0, 0.0);
                for (var i = 0; i < 80; i++)
                {
                    var cost = curriculum.Next().Cost;
                    ahead += cost.Teacher.Value - cost.Live.Value;
                    asked += cost.Queries - cost.Examples;
                }

                // Far more batches of text than the text has: each example was used, and none was paid for twice.
                Assert.Equal(Prompts.Length, curriculum.Used.Count);
                Assert.Equal(1e6 * Prompts.Length, ahead, 1.0);
                Assert.Equal(2 * Prompts.Length, asked);
                return 0;
            },
            text
        );
    }

    [Fact]
    public void Replayed_text_is_read_again_but_not_written_again() =>
        With(
            Plain with
            {
                Signal = new OnPolicy { Replay = 8, Fresh = 0.5 },
            },
            (_, _, curriculum) =>
            {
                var (fresh, replayed) = (0, 0);
                for (var i = 0; i < 60; i++)
                {
                    var cost = curriculum.Next().Cost;
                    var training = 4 * ModelFlops.Training(Models.Plain, (int)(cost.ProcessedTokens / 4)).Value;
                    if (cost.Student.Value > training + 1)
                        fresh++;
                    else
                        replayed++;
                    Assert.True(cost.Live.Value > 0);
                }

                Assert.InRange(fresh, 15, 45);
                Assert.InRange(replayed, 15, 45);
                return 0;
            }
        );

    [Fact]
    public void A_mixed_decoding_draws_from_the_mixture()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var one = Models.Make(Models.Plain, Compute.Cpu);
        using var other = Decoder.Initialise(Models.Plain, Compute.Cpu, new Seed(5));
        var ids = Models.Ids([0, 5, 6], [0, 7, 8]);
        using var mixed = new MixedDecoding(one.Begin(2, 8), other.Begin(2, 8), 0.25);
        var found = mixed.Next(ids).softmax(1).ToArray();
        float[] Last(Decoder model) => [.. model.Logits(ids).view(2, 3, -1).select(1, 2).softmax(1).ToArray()];
        Assert.All(
            found.Zip(Last(one).Zip(Last(other), (a, b) => 0.25f * a + 0.75f * b)),
            pair => Assert.Equal(pair.Second, pair.First, 1e-5f)
        );
    }

    [Fact]
    public void A_nucleus_holds_the_fewest_tokens_that_have_the_mass()
    {
        float[] row = [0.1f, 0.5f, 0.05f, 0.3f, 0.05f];
        Assert.Equal(0.8, TextGenerator.KeepNucleus(row, 0.75), 1e-6);
        Assert.Equal([0, 0.5f, 0, 0.3f, 0], row);
    }
}
