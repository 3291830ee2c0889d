using Bench.Protocol.Costs;
using Bench.Protocol.Machines;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Protocol.Plans;

/// <summary>
/// How long the units of a plan will take, and what that costs: by what the machine was measured to take for such
/// steps, or by the prediction's assumed rate where it was not, or where that does not tell, as of another device or a
/// perceptron.
/// </summary>
public sealed class Forecast
{
    /// <summary>Tokens of a pass in which texts are read.</summary>
    private const int Read = 4096;

    /// <summary>
    /// Responses that are written together: prompts of one length are, and those of procedural tasks have several
    /// lengths.
    /// </summary>
    private const int Together = 32;

    private readonly Plan plan;
    private readonly Dictionary<Type, int> together;

    /// <param name="plan">The plan.</param>
    /// <param name="rates">Measured rates of the machine or the accelerator; null where there are none.</param>
    /// <param name="jobs">Units that run at once.</param>
    public Forecast(Plan plan, MachineRates? rates, int jobs = 1)
    {
        this.plan = plan;
        // Units of a kind wait for the same and run side by side.
        together = plan
            .Units.GroupBy(unit => unit.GetType())
            .ToDictionary(kind => kind.Key, kind => Math.Min(jobs, kind.Count()));
        var spec = plan.Spec;
        // A processor was measured with one thread in float32, accelerators in half precision.
        var suits =
            spec.Device == "cpu"
                ? spec is { Precision: Precision.F32, Threads: 1 } && rates?.Process is not null
                : spec.Precision == Precision.BF16 && rates?.Process is null;
        if (suits && spec.Students.All(student => student.Model.Hidden is null))
            Rates = rates;
    }

    /// <summary>The rates that it rests on; null where it rests on an assumption.</summary>
    public MachineRates? Rates { get; }

    /// <summary>Seconds of a process before its work begins; 1 where that was not measured.</summary>
    public Seconds Start => new(Rates?.Process?.StartSeconds ?? 1);

    /// <summary>Seconds of a unit's own work, without the start of its process.</summary>
    public Seconds Of(UnitOfWork unit)
    {
        if (Rates is null || Work(unit) is not { } work)
            return unit.Prediction.Seconds;
        var process = Rates.Process;
        return new Seconds(
            (work.Sum(part => part.Seconds) + (process?.WarmUpSeconds ?? 0))
                / (process?.KeptBy(together.GetValueOrDefault(unit.GetType(), 1)) ?? 1)
        );
    }

    /// <summary>Energy of a unit's own work; null where no meter was read.</summary>
    public Joules? EnergyOf(UnitOfWork unit) =>
        Rates is null || Work(unit) is not { } work || work.Any(part => part.Watts is null)
            ? null
            : new Joules(work.Sum(part => part.Seconds * part.Watts!.Value));

    // By kind of charge; null where the model's shape is not known.
    private List<(double Seconds, double? Watts)>? Work(UnitOfWork unit)
    {
        var teacher = TeacherOf(unit) is { } source ? plan.TeacherShapes.GetValueOrDefault(source.Name) : null;
        var own = unit switch
        {
            TrainingUnit training => training.Student.Model,
            StartUnit start => start.Student.Model,
            UseUnit { Model: StudentUnit used } => used.Student.Model,
            _ => teacher,
        };
        if (own is null)
            return null;
        var work = new List<(double, double?)>();
        foreach (var charge in unit.Prediction.Charges.Where(charge => charge.Seconds.Value > 0 && charge.Tokens > 0))
        {
            var step = StepOf(charge, own, teacher ?? own, unit.Prediction);
            if (!Rates!.Knows(step.Case))
                return null;
            work.Add((charge.Flops.Value / step.Flops * Rates.Seconds(step), Rates.Watts(step)));
        }

        return work;
    }

    private MeasuredStep StepOf(Charge charge, ModelShape own, ModelShape teacher, Prediction prediction)
    {
        var each = charge.Flops.Value / charge.Tokens;
        var dtype = plan.Spec.Precision == Precision.BF16 ? "fp32 master, bf16 autocast" : "f32";
        MeasuredStep Step(StepCase kind, ModelShape shape, double batch, double length) =>
            new(
                kind,
                shape.Parameters,
                batch,
                length,
                dtype,
                "",
                0,
                each * (kind == StepCase.Write ? batch : batch * length),
                null
            );
        switch (charge.Kind)
        {
            case ChargeKind.StudentTraining
            or ChargeKind.StudentPretraining
            or ChargeKind.TeacherTraining
            or ChargeKind.Tuning:
                var batch = Math.Max(1, prediction.PassTokens / plan.MeanLength);
                return Step(StepCase.Train, own, batch, Math.Max(1, prediction.PassTokens) / batch);
            case ChargeKind.TeacherScoring:
                return Step(StepCase.Read, teacher, 1, Read);
            default:
                // Of each response the FLOPs of a step are those of a token.
                return Step(
                    StepCase.Write,
                    charge.Kind == ChargeKind.TeacherGeneration ? teacher : own,
                    Together,
                    plan.MeanLength
                );
        }
    }

    // Another form of a teacher is that teacher.
    private TeacherSpec? TeacherOf(UnitOfWork unit)
    {
        var named = unit switch
        {
            TeacherUnit teacher => teacher.Teacher,
            TextUnit text => text.Teacher,
            TrainingUnit training => training.Teacher ?? plan.Spec.Teachers[0],
            _ => unit.WithNeeds().OfType<TextUnit>().FirstOrDefault()?.Teacher
                ?? unit.WithNeeds().OfType<TeacherUnit>().FirstOrDefault()?.Teacher,
        };
        return named?.Of is { } of ? plan.Spec.Teachers.First(known => known.Name == of) : named;
    }
}
