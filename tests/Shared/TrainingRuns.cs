using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Training;
using Bench.Protocol.Budgets;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Shared;

/// <summary>Small lessons, and training on them.</summary>
internal static class TrainingRuns
{
    internal static Lesson LessonOf(int count, int vocabulary)
    {
        var random = new Seed(31).Stream("lesson");
        var sequences = Enumerable
            .Range(0, count)
            .Select(_ =>
            {
                var length = random.Between(5, 14);
                return new Sequence(
                    [.. Enumerable.Range(0, length).Select(_ => random.Next(vocabulary))],
                    random.Between(1, length - 2)
                );
            })
            .ToArray();
        return new Lesson(sequences, [.. sequences.Select(_ => new TeacherWork(new Flops(1000), Flops.Zero))]);
    }

    internal static TrainingResult Train(
        Decoder model,
        Lesson lesson,
        OptimiserSpec optimiser,
        BudgetMeter meter,
        int seed = 1
    )
    {
        using var objective = StudentObjective.OfText(model);
        return new Trainer(objective, model.Compute, optimiser, TimeProvider.System).Train(
            new PreparedCurriculum(lesson, objective, model.Shape, model.Compute, optimiser, new Seed(seed)),
            meter,
            ChargeKind.StudentTraining
        );
    }

    internal static BudgetMeter Meter(string unit, double amount) =>
        BudgetMeter.For(Budget.Of(unit, amount), Accelerator.Named(Accelerator.Default), TimeProvider.System);
}
