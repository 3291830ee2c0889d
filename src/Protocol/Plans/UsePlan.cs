using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Protocol.Plans;

/// <summary>
/// The units that measure finished models in use: teachers with weights, and the students of the largest budget, in
/// every format.
/// </summary>
internal sealed class UsePlan(ExperimentSpec spec, IReadOnlyDictionary<string, ModelShape> teachers)
{
    /// <summary>Timed and untimed rounds of each of three measurements.</summary>
    private const int Rounds = 10;

    internal IEnumerable<UnitOfWork> Units(IReadOnlyList<UnitOfWork> models)
    {
        if (spec.Use is not { } use)
            yield break;
        foreach (var model in models.Where(IsUsed))
        {
            foreach (var format in Enum.GetValues<ModelFormat>())
            {
                var export = Export(model, format);
                yield return export;
                yield return Use(model, format, export, use);
            }
        }
    }

    private bool IsUsed(UnitOfWork unit) =>
        unit is TeacherUnit { Teacher.HasWeights: true }
        || (unit is StudentUnit { Budget: { } budget } && budget.Amount == spec.Budgets[^1].Amount);

    private ExportUnit Export(UnitOfWork model, ModelFormat format) =>
        new()
        {
            Fingerprint = Fingerprint.Of(
                "export",
                new() { { "model", model.Fingerprint.Text }, { "format", Names<ModelFormat>.Of(format) } }
            ),
            Label = $"{Names<ModelFormat>.Of(format)} of {model.Label}",
            Needs = [model],
            Prediction = new Prediction([], MemoryModel.RuntimeBytes + 12 * ShapeOf(model).Parameters),
            Model = model,
            Format = format,
        };

    private UseUnit Use(UnitOfWork model, ModelFormat format, ExportUnit export, UseSpec use) =>
        new()
        {
            Fingerprint = Fingerprint.Of(
                "use",
                new()
                {
                    { "model", export.Fingerprint.Text },
                    { "tokens", use.Tokens },
                    { "items", spec.Evaluation.Items },
                    { "split", Names<Tasks.Split>.Of(spec.Evaluation.Split) },
                }
            ),
            Label = $"use of {Names<ModelFormat>.Of(format)} of {model.Label}",
            Needs = [export],
            Prediction = new Prediction(
                [Timed(ShapeOf(model), use)],
                MemoryModel.RuntimeBytes + 8 * ShapeOf(model).Parameters
            ),
            Model = model,
            Format = format,
            Tokens = use.Tokens,
        };

    // One token, one response, and some together; and the items once.
    private Charge Timed(ModelShape shape, UseSpec use)
    {
        var written =
            Rounds * (1 + use.Tokens + (double)UseSpec.Batch * use.Tokens)
            + (double)spec.Evaluation.Items * spec.Tasks.Count * use.Tokens;
        var flops = written * ModelFlops.LinearPerToken(shape);
        return new Charge(
            ChargeKind.Evaluation,
            (long)written,
            new Flops(flops),
            new Seconds(flops / CostModel.RateOf(spec, Work.Writing))
        );
    }

    private ModelShape ShapeOf(UnitOfWork model) =>
        model switch
        {
            StudentUnit student => student.Student.Model,
            TeacherUnit teacher => teachers[teacher.Teacher.Of ?? teacher.Teacher.Name],
            _ => throw new ArgumentException($"{model.Label} is no model", nameof(model)),
        };
}
